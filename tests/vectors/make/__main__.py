"""Writes the vectors of quotes, deposits and intents: `python3 tests/vectors/make`, into another folder if one is named."""

import pathlib
import sys

sys.dont_write_bytecode = True

import deposits_bitcoin
import deposits_evm
import deposits_solana
import deposits_tron
import intents
import quotes
from lines import Lines

FOLDER = pathlib.Path(sys.argv[1]) if sys.argv[1:] else pathlib.Path(__file__).parent.parent

deposits = Lines("deposit")
deposits_evm.add_lines(deposits)
deposits_bitcoin.add_lines(deposits)
deposits_solana.add_lines(deposits)
deposits_tron.add_lines(deposits)
for name, lines in (("quotes", quotes.all_lines()), ("deposits", deposits), ("intents", intents.all_lines())):
    lines.write(FOLDER / f"{name}.jsonl")
