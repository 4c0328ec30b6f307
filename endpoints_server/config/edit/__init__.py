"""Put an endpoint into the file, and leave everything else in it as it is written."""
