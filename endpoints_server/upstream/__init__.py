"""The network, outbound: connections to endpoints, deadlines, and every failure as a Fault."""
