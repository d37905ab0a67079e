"""Takes the examples for Python and R out of pages, and runs them against the server as they are written."""

import os
import re
import shutil
import subprocess
import sys

API, *PAGES = sys.argv[1:]
EXAMPLE = "http://127.0.0.1:8080"
COMMANDS = {"python": [sys.executable], "r": ["Rscript"]}

# What examples that show codes print of them: as they are, with their zeros.
CODES = re.compile(r"\b16\.710\b")


def run(page, language, text):
    command = COMMANDS[language]
    if shutil.which(command[0]) is None:
        print(f"skipped: the example for {language} in {page} ({command[0]} is not there)")
        return
    assert EXAMPLE in text, text
    path = f"example.{language}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(EXAMPLE, API))
    done = subprocess.run([*command, path], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        sys.exit(f"the example for {language} in {page} failed:\n{text}\n{done.stdout}{done.stderr}")
    if "assistanceListing" in text and not CODES.search(done.stdout):
        sys.exit(f"the example for {language} in {page} does not keep codes:\n{text}\n{done.stdout}")
    print(f"the example for {language} in {page} runs and prints {len(done.stdout.splitlines())} lines")


for path in PAGES:
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```(python|r)\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    assert {language for language, _ in blocks} == set(COMMANDS), f"{path} has examples for Python and R"
    for language, text in blocks:
        run(os.path.basename(path), language, text)
