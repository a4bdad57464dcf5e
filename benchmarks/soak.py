"""The schedule of many days, with processes killed, disks full and a clock that steps, on a record that changes daily.

Every simulated day the record moves its end by a day and one of its texts; the schedule is called until it is through.
Some calls are killed (SIGKILL) at a random moment and made again, some find the disk full, some a clock before the last
run. After each day every page is held against the manifest, its JSON file and its notebook; at the end the pages of the
last day are verified, and one that was signed on the second day is still the same. The table is printed as Markdown.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from forecasting.store.package_data import shipped

SCHEDULE = """ledger = "{place}/ledger"
{tasks}
[[report]]
name = "data-quality"
template = "data-quality"
every = "daily"
parameters = {{ data = "{place}/record" }}
"""
CASES = """[[report]]
name = "cases"
template = "case"
cases = {cases}
every = "daily"
parameters = {{ data = "{place}/record" }}
"""
TASKS = """[[task]]
name = "issue"
do = "issue"
every = "weekly"
data = "{place}/record"
[[task]]
name = "resolve"
do = "resolve"
every = "daily"
data = "{place}/record"
"""
BEGIN = date(2026, 8, 31)
FULL_MEGABYTES = 1024
LONGEST_CALL = 1800


@dataclass
class Soak:
    """What was done and found."""

    days: int = 0
    calls: int = 0
    kills: int = 0
    full: int = 0
    steps: int = 0
    pages: int = 0
    faults: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    left: list[list[str]] = field(default_factory=list)


class World:
    """The record, the schedule and the folder of reports of a soak, all in one place."""

    def __init__(self, place: Path, cases: int, seed: int) -> None:
        self.place, self.random, self.soak = place, random.Random(seed), Soak()
        self.record, self.out, self.scratch = place / "record", place / "reports", place / "scratch"
        ignored = shutil.ignore_patterns("evaluation", "card", "ledger", "multiverse")
        shutil.copytree(shipped("data"), self.record, copy_function=shutil.copyfile, ignore=ignored)
        self.out.mkdir()
        self.scratch.mkdir()
        text = SCHEDULE.format(place=place, tasks=TASKS.format(place=place) if cases else "")
        if cases:
            text += CASES.format(place=place, cases=json.dumps(open_cases(self.record, cases)))
        self.schedule = place / "schedule.toml"
        self.schedule.write_text(text, encoding="utf-8")
        self.signed: dict[Path, str] = {}

    def move(self, day: date) -> None:
        """The record of another day: its end, and a text of it."""
        descriptor, claims = self.record / "datapackage.json", self.record / "claims.csv"
        text = descriptor.read_text(encoding="utf-8")
        descriptor.write_text(re.sub(r'("data_end":\s*)"[^"]*"', rf'\g<1>"{day}"', text, count=1), encoding="utf-8")
        with claims.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        rows[-1][1] = f"{rows[-1][1].partition(' As of ')[0]} As of {day}."
        with claims.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    def call(self, now: str, kill_after: float | None = None) -> int | None:
        """Call the schedule; None for a call that was killed. The memory is that of the largest process."""
        self.soak.calls += 1
        command = [sys.executable, "-m", "forecasting", "run", "--due", "--schedule", str(self.schedule)]
        command += ["--out", str(self.out), "--now", now]
        environment = os.environ | {"TMPDIR": str(self.scratch)}
        began = time.monotonic()
        with (self.place / "output.txt").open("ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
            while kill_after is None or time.monotonic() - began < kill_after:
                pid, status, used = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    process.returncode = os.waitstatus_to_exitcode(status)
                    self.soak.memory.append(used.ru_maxrss / 1024)
                    return process.returncode
                if time.monotonic() - began > LONGEST_CALL:
                    self.fault(f"{now}: a call of more than {LONGEST_CALL} s")
                    break
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.soak.kills += 1
        return None

    def fault(self, said: str) -> None:
        print(f"FAULT {said}", file=sys.stderr, flush=True)
        self.soak.faults.append(said)

    @contextmanager
    def full_disk(self):
        """The disk of the reports full but for a few bytes."""
        filler = self.out / "filler"
        free = shutil.disk_usage(self.out).free
        with filler.open("wb") as file:
            file.write(b"\0" * max(free - self.random.randrange(4096, 200_000), 0))
        try:
            yield
        finally:
            filler.unlink()

    def inspect(self, day: date) -> None:
        """Every page held against the manifest, its JSON file and its notebook; nothing half-made or left over."""
        last: dict[str, dict] = {}
        for text in (self.out / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            if line["kind"] == "report" and line["status"] in ("rendered", "unchanged"):
                last[line["page"]] = line
        pages = sorted(path for path in self.out.rglob("*.html") if path.name != "index.html")
        self.soak.pages = len(pages)
        for page in pages:
            sha256 = hashlib.sha256(page.read_bytes()).hexdigest()
            sidecar = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
            json.loads(page.with_suffix(".ipynb").read_text(encoding="utf-8"))
            if sidecar["rendering"]["html_sha256"] != sha256:
                self.fault(f"{day}: {page.name} is not the page of its JSON file")
            if sha256 != self.signed.get(page, sha256):
                self.fault(f"{day}: {page.name} was signed, and is another")
        for name, line in last.items():
            path = next((one for one in (self.out / name, Path(name)) if one.is_file()), None)
            if path is None:
                self.fault(f"{day}: {name} is in the manifest and lost")
            elif "html_sha256" in line and hashlib.sha256(path.read_bytes()).hexdigest() != line["html_sha256"]:
                self.fault(f"{day}: {name} is not the page of the manifest")
        if not [page for page in pages if page.stem.startswith(str(day))]:
            self.fault(f"{day}: no page of the day")
        if half := [path for path in self.out.rglob(".*") if path.is_file() and path.name != ".lock"]:
            self.fault(f"{day}: half-made files {half}")
        self.soak.files.append(sum(1 for path in self.out.rglob("*") if path.is_file()) - 3 * len(pages))
        folders = [path.name for path in self.scratch.iterdir()]
        self.soak.left.append(folders + [command_of(one) for one in processes_with(str(self.scratch))])

    def sign(self, day: date) -> None:
        """Sign the pages of a day off."""
        for page in sorted(self.out.rglob(f"{day}.html")):
            command = [
                sys.executable,
                "-m",
                "forecasting",
                "approve",
                str(page),
                "--by",
                "Soak",
                "--out",
                str(self.out),
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            self.signed[page] = hashlib.sha256(page.read_bytes()).hexdigest()

    def verify(self, day: date) -> None:
        """The pages of a day derived again."""
        for page in sorted(self.out.rglob(f"{day}*.html")):
            command = [
                sys.executable,
                "-m",
                "forecasting",
                "verify",
                str(page),
                "--data",
                str(self.record),
                "--ledger",
                str(self.place / "ledger"),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                self.fault(f"{page.name} does not verify: {done.stdout[-300:]}{done.stderr[-300:]}")


def open_cases(record: Path, most: int) -> list[str]:
    """The first open cases of a record."""
    from forecasting.record.history import load_history

    return load_history(record).open_case_ids()[:most]


def processes_with(word: str) -> list[int]:
    """Processes, this one aside, in whose environment a word stands."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if word.encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def command_of(process: int) -> str:
    """The command of a process, or its number where it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return str(process)


def through(world: World, now: str, tries: int = 4) -> None:
    """Call the schedule until it says that all is done."""
    for _ in range(tries):
        code = world.call(now)
        if code == 0:
            return
    world.fault(f"{now}: not through after {tries} calls, exit code {code}")


def soak(world: World, days: int, kills: int, full: int, steps: int, longest: float) -> Soak:
    """All the days."""
    chosen = world.random
    kill_days = [chosen.randrange(days) for _ in range(kills)]
    full_days = set(chosen.sample(range(days), k=min(full, days)))
    step_days = set(chosen.sample(range(1, days), k=min(steps, days - 1)))
    for number in range(days):
        day = BEGIN + timedelta(days=number)
        now = f"{day + timedelta(days=1)}T00:05"
        world.move(day)
        ended = [world.call(now, kill_after=chosen.uniform(0.2, longest)) for _ in range(kill_days.count(number))]
        if number in full_days:
            world.soak.full += 1
            with world.full_disk():
                if world.call(now) == 0 and 0 not in ended:
                    world.fault(f"{day}: done on a full disk")
        if number in step_days:
            world.soak.steps += 1
            world.call(f"{day - timedelta(days=3)}T00:05")
        through(world, now)
        world.inspect(day)
        if number == 1:
            world.sign(day)
        world.soak.days += 1
        print(
            f"{day}: {world.soak.pages} pages, {world.soak.calls} calls, {world.soak.kills} killed; left: "
            f"{sorted(world.soak.left[-1])}",
            file=sys.stderr,
            flush=True,
        )
    world.verify(BEGIN + timedelta(days=days - 1))
    return world.soak


def table(found: Soak) -> str:
    """The result as Markdown."""
    half = max(len(found.memory) // 2, 1)
    rows = {
        "simulated days": found.days,
        "calls": found.calls,
        "killed at a random moment": found.kills,
        "full disks": found.full,
        "clock steps": found.steps,
        "pages at the end": found.pages,
        "wrong, half-made or lost pages": len(found.faults),
        "largest process, first and second half of the calls, MB": ", ".join(
            f"{max(part, default=0):.0f}" for part in (found.memory[:half], found.memory[half:])
        ),
        "files besides the pages, first and last day": f"{found.files[0]}, {found.files[-1]}",
        "scratch folders and processes left, most on any day": max(map(len, found.left)),
        "the same on the last day": len(found.left[-1]),
    }
    return "\n".join(["| what | soak |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def main() -> None:
    """Parse the options, mount the disk, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("place", type=Path, help="an empty folder; a disk of its own is mounted in it (needs root)")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--full", type=int, default=2, help="days on which the disk is full")
    parser.add_argument("--steps", type=int, default=3, help="days on which the clock steps back")
    parser.add_argument("--cases", type=int, default=2, help="cases reported daily; 0: the page of the record alone")
    parser.add_argument("--longest", type=float, default=40.0, help="most seconds after which a call is killed")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if any(asked.place.iterdir()):
        sys.exit(f"expected an empty folder, got {asked.place}; name another")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={FULL_MEGABYTES}m", "soak", str(asked.place / "disk")]
    (asked.place / "disk").mkdir()
    subprocess.run(mount, check=True)
    try:
        world = World(asked.place / "disk", asked.cases, asked.seed)
        found = soak(world, asked.days, asked.kills, asked.full, asked.steps, asked.longest)
        print(table(found))
        shutil.copyfile(world.place / "output.txt", asked.place / "output.txt")
    finally:
        subprocess.run(["umount", str(asked.place / "disk")], check=True)
    sys.exit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
