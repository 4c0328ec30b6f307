"""A real llama.cpp server with a model of a megabyte, made up on the spot: `llama.py FOLDER [KEY]`.

The weights are random, but for one direction that every token shares: along it the words are
pushed up and everything else down, so that the model says words, and now and then stops.
"""

import sys
import threading
from pathlib import Path

import numpy as np
import xllamacpp  # type: ignore[import-untyped]
from gguf import GGUFWriter, TokenType

NAME = "tiny"
CONTEXT = 1024
SPACE = "\u2581"
WIDTH, LAYERS, HEADS, INNER = 64, 2, 4, 128
SPECIAL = {"<unk>": TokenType.UNKNOWN, "<s>": TokenType.CONTROL, "</s>": TokenType.CONTROL}
TURNS = ("<|im_start|>", "<|im_end|>")
END = 2
OTHERS = "the a of to and in is it for on with as by an at from that this be or not are was"
THINGS = "hello world one two three red green blue sun moon tree river stone light cloud bird fish"
WORDS = f"{THINGS} {OTHERS}".split()
LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)] + [*".,!?", SPACE]
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
Weights = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def vocabulary() -> list[tuple[str, TokenType]]:
    """List the tokens: marks, every byte, words with a space before them, letters."""
    marks = [*SPECIAL.items(), *((mark, TokenType.CONTROL) for mark in TURNS)]
    every_byte = [(f"<0x{byte:02X}>", TokenType.BYTE) for byte in range(256)]
    words = [(f"{SPACE}{word}", TokenType.NORMAL) for word in WORDS]
    letters = [(letter, TokenType.NORMAL) for letter in LETTERS if letter not in WORDS]
    return [*marks, *every_byte, *words, *letters]


def write_model(path: Path) -> None:
    """Write the model as a GGUF file; the same one each time."""
    tokens = vocabulary()
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_scores([-float(place) for place in range(len(tokens))])
    writer.add_token_types([kind for _, kind in tokens])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(END)
    writer.add_chat_template(TEMPLATE)
    is_word = [text.startswith(SPACE) and text != SPACE for text, _ in tokens]
    for name, weights in tensors(is_word):
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensors(is_word: list[bool]) -> list[tuple[str, Weights]]:
    """Draw the weights."""
    chance = np.random.default_rng(11)

    def drawn(scale: float, *shape: int) -> Weights:
        return (chance.standard_normal(shape) * scale).astype(np.float32)

    spoken = np.array(is_word)
    said, taken = drawn(0.5, len(is_word), WIDTH), drawn(1.0, len(is_word), WIDTH)
    said[~spoken] = 0
    taken[:, 0], said[:, 0] = 4, np.where(spoken, 1, -6)
    said[END, 0] = 0.5
    flat = np.ones(WIDTH, np.float32)
    found = [("token_embd.weight", taken), ("output_norm.weight", flat), ("output.weight", said)]
    for layer in range(LAYERS):
        squares = ("attn_q", "attn_k", "attn_v", "attn_output")
        found += [(f"blk.{layer}.{name}.weight", flat) for name in ("attn_norm", "ffn_norm")]
        found += [(f"blk.{layer}.{name}.weight", drawn(0.08, WIDTH, WIDTH)) for name in squares]
        inner = (("ffn_gate", INNER, WIDTH), ("ffn_up", INNER, WIDTH), ("ffn_down", WIDTH, INNER))
        found += [(f"blk.{layer}.{name}.weight", drawn(0.08, *size)) for name, *size in inner]
    return found


def serve(folder: Path, key: str) -> None:
    """Serve the model on a free port, and print the address."""
    path = folder / "tiny.gguf"
    write_model(path)
    chosen = xllamacpp.CommonParams()
    chosen.model.path = str(path)
    chosen.model_alias = {NAME}
    chosen.hostnames, chosen.port = ["127.0.0.1"], 0
    chosen.n_ctx, chosen.n_parallel, chosen.cpuparams.n_threads = 2 * CONTEXT, 2, 1
    chosen.warmup, chosen.use_jinja = False, True
    chosen.embedding, chosen.pooling_type = (
        True,
        xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN,
    )
    chosen.endpoint_slots = chosen.endpoint_metrics = True
    chosen.api_keys = [key] if key else []
    server = xllamacpp.Server(chosen)
    sys.stdout.write(f"listening {server.listening_address}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
