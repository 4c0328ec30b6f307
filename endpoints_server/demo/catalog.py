"""The configuration of the demo: two endpoints at the upstream inside the process."""

KEY = "demo-key"
"""What the demo upstream wants to be shown; nothing but the loopback address ever sees it."""

CHAT = "demo-chat"
REASONER = "demo-reasoner"
MESSAGES = "demo-messages"

YAML = """\
version: 1.3.5
endpoints:
  custom:
    - name: Demo
      apiKey: {key}
      baseURL: {address}/v1
      models:
        default: [{chat}, {reasoner}]
        fetch: false
      titleConvo: true
      titleModel: {chat}
      modelDisplayLabel: Demo
      tokenConfig:
        {chat}: {{prompt: 0.5, completion: 2, context: 128000, cacheRead: 0.05}}
        {reasoner}: {{prompt: 1, completion: 8, context: 128000, cacheRead: 0.1}}
    - name: Demo Anthropic
      provider: anthropic
      apiKey: {key}
      baseURL: {address}
      models:
        default: [{messages}]
        fetch: false
      titleConvo: true
      titleModel: {messages}
      modelDisplayLabel: Demo Anthropic
      tokenConfig:
        {messages}: {{prompt: 3, completion: 15, context: 200000, cacheRead: 0.3, cacheWrite: 3.75}}
"""


def demo_yaml(address: str) -> str:
    """Give the configuration as the text of a librechat.yaml; `address` is the demo's own."""
    return YAML.format(key=KEY, address=address, chat=CHAT, reasoner=REASONER, messages=MESSAGES)
