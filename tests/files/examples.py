"""Takes the examples for Python and R out of the README, and runs them against the server as they are written."""

import re
import shutil
import subprocess
import sys

API, README = sys.argv[1:]
EXAMPLE = "http://127.0.0.1:8080"
COMMANDS = {"python": [sys.executable], "r": ["Rscript"]}

with open(README, encoding="utf-8") as file:
    blocks = re.findall(r"^```(python|r)\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
assert {language for language, _ in blocks} == set(COMMANDS), "the README has examples for Python and R"
for language, text in blocks:
    command = COMMANDS[language]
    if shutil.which(command[0]) is None:
        print(f"skipped: the example for {language} ({command[0]} is not there)")
        continue
    assert EXAMPLE in text, text
    path = f"example.{language}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(EXAMPLE, API))
    done = subprocess.run([*command, path], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        sys.exit(f"the example for {language} failed:\n{text}\n{done.stdout}{done.stderr}")
    print(f"the example for {language} runs and prints {len(done.stdout.splitlines())} lines")
