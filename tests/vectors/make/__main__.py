"""Writes the vectors of quotes, deposits and intents: `python3 tests/vectors/make`."""

import pathlib

import intents
import quotes

FOLDER = pathlib.Path(__file__).parent.parent
quotes.all_lines().write(FOLDER / "quotes.jsonl")
intents.all_lines().write(FOLDER / "intents.jsonl")
