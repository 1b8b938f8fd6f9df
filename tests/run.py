#!/usr/bin/python3
"""Builds and runs the tests, and counts them: `tests/run.py TARGET`, which `make test` and its sisters call.

Whatever fails is printed when it fails; a stage that breaks does not keep the next from running. The last line is
always "N passed, N failed", and the exit status is 0 only if something ran and nothing failed.
"""
import argparse
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
REPORTS = ROOT / "build/test-reports"
PYTHON = "/usr/bin/python3"
CORES = os.cpu_count() or 1
BEGAN = time.monotonic()
LATEST_START_OF_VM = 68  # minutes; the gate may take 90
# Functional tests wait more than they compute: half of the time a core of theirs is idle. Under a sanitizer it is less.
WORKERS = {"": 2 * CORES, "asan": CORES + 1, "tsan": CORES + 1}

# One sanitizer report is one failure, and the run stops there: what follows it means nothing.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
}


def environment(**more):
    """Ours without what a make above us set: the makes that we start choose for themselves."""
    kept = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return kept | SANITIZERS | more


class Count:
    """What a stage found. A stage that cannot run is one failure, with its reason."""

    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def __add__(self, other):
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        skipped = f" ({self.skipped} skipped)" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


# The names of what failed: said once more at the end, for whoever sees only that.
failed_names = []


def failure(title, text=""):
    print(f"\n--- FAILED: {title}")
    if text.strip():
        print(text.rstrip())
    sys.stdout.flush()
    return one_failed(title)


def one_failed(title):
    failed_names.append(title)
    return Count(failed=1)


def call(command, seconds, **options):
    """Runs a command; (exit status, its output). A command that takes too long is ended, with what it started."""
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
                               env=environment(**options))
    try:
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return 124, output + f"\n(ended after {seconds} s)"
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def make(*targets, variant=""):
    """Builds; None if that worked, else the Count of a failed build."""
    command = ["make", "--no-print-directory", *([f"VARIANT={variant}"] if variant else []), *targets]
    status, output = call(command, 3600)
    if status == 0:
        return None
    shown = "\n".join(line for line in output.splitlines() if not line.startswith("  C++ "))
    return failure(" ".join(command), shown[-20000:])


def tail(text, lines=60):
    return "\n".join(text.splitlines()[-lines:])


def count_junit(report, status, output, title, print_cases):
    """Counts a JUnit report. A program that left none, or failed beyond what it reports, counts as one failure."""
    try:
        cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError):
        return failure(f"{title}: ended with {status} before its report", tail(output))
    count = Count()
    for case in cases:
        problems = case.findall("failure") + case.findall("error")
        if problems:
            name = f"{case.get('classname')}.{case.get('name')}"
            text = "\n".join(problem.text or problem.get("message", "") for problem in problems)
            count += failure(name, text) if print_cases else one_failed(f"{title}: {name}")
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            count.skipped += 1
        else:
            count.passed += 1
    if status != 0 and count.failed == 0:
        count += failure(f"{title}: ended with {status}", tail(output))
    return count


def out(variant):
    return ROOT / "build" / variant if variant else ROOT / "build"


def unit(options, variant=""):
    """The unit tests, in as many shards as there are cores."""
    if not any((ROOT / "tests/unit").glob("*_test.cc")):
        return Count()
    broken = make(f"{out(variant).relative_to(ROOT)}/unit_tests", "modules", *product(variant), variant=variant)
    if broken:
        return broken
    chosen = ["--gtest_filter=" + options.k] if options.k and options.target == "unit" else []

    def shard(index):
        report = REPORTS / f"unit{variant}-{index}.xml"
        report.unlink(missing_ok=True)
        status, output = call([str(out(variant) / "unit_tests"), f"--gtest_output=xml:{report}", "--gtest_brief=1", *chosen],
                              1200, GTEST_TOTAL_SHARDS=str(CORES), GTEST_SHARD_INDEX=str(index), **binary(variant))
        return report, status, output

    count = Count()
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        for index, (report, status, output) in enumerate(pool.map(shard, range(CORES))):
            count += count_junit(report, status, output, f"unit tests, shard {index}", print_cases=True)
    return count


def product(variant):
    """The targets that functional tests drive, once there is a main to build."""
    return [f"{out(variant).relative_to(ROOT)}/latchkey"] if (ROOT / "proxy/main.cc").exists() else []


def tools(variant):
    """The small programs that functional tests use beside it."""
    return [f"{out(variant).relative_to(ROOT)}/{name}" for name in ("dns_lookup", "show_questions")]


def binary(variant):
    return {"LATCHKEY_BINARY": str(out(variant) / "latchkey"), "LATCHKEY_VARIANT": variant}


def functional(options, variant=""):
    """The functional tests: pytest drives the real binary, of the variant that is asked for."""
    if not any((ROOT / "tests/functional").glob("test_*.py")):
        return Count()
    # The modules of PKCS#11 are loaded by the binary under test, but they are built one way only.
    broken = make(*product(variant), *tools(variant), variant=variant) or make("modules", "npm")
    if broken:
        return broken
    if options.target == "check":
        return run_pytest("functional", "not slow and not alone", options, WORKERS[variant], variant)
    if variant:  # what takes minutes waits for limits in time, in which a sanitizer finds nothing
        return (run_pytest("functional", "not alone and (not slow or scaled)", options, WORKERS[variant], variant) +
                run_pytest("functional-alone", "alone and not slow", options, 0, variant))
    return (run_pytest("functional", "not alone", options, WORKERS[variant], variant) +
            run_pytest("functional-alone", "alone", options, 0, variant))


def run_pytest(name, marks, options, workers, variant, folder="tests/functional", seconds=2400):
    """The folder's tests with these marks, in that many processes beside each other (0: in one)."""
    report = REPORTS / f"{name}{variant}.xml"
    report.unlink(missing_ok=True)
    chosen = ["-k", options.k] if options.k else []
    status, output = call([PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=short", "-o", "junit_family=xunit1", f"--junitxml={report}",
                           "-m", marks, "-n", str(workers), *chosen, folder],
                          seconds, PYTHONDONTWRITEBYTECODE="1", **binary(variant))
    if status == 5:  # none has these marks and that name
        return Count()
    count = count_junit(report, status, output, f"{name} tests{', ' + variant if variant else ''}", print_cases=False)
    if count.failed:
        print(output.rstrip())
    print_measured(report)
    return count


def print_measured(report):
    if report.exists():
        for each in xml.etree.ElementTree.parse(report).iter("property"):
            if each.get("name") == "measured":
                print(f"measured: {each.get('value')}")


def package(options):
    """The package and what is in it; what takes a clean root is `make package-test-all`."""
    broken = make("build/latchkey") or make("deps-package-test")
    if broken:
        return broken
    report = REPORTS / "package.xml"
    report.unlink(missing_ok=True)
    status, output = call([PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=short", "-o", "junit_family=xunit1",
                           f"--junitxml={report}", "-m", "not slow", "tests/package"], 900, PYTHONDONTWRITEBYTECODE="1", **binary(""))
    count = count_junit(report, status, output, "package tests", print_cases=False)
    if count.failed:
        print(output.rstrip())
    return count


def vm(options):
    """The package of what is built here, in the virtual machine."""
    broken = make("vm-package")
    return broken or run_pytest("vm", "", options, 0, "", "tests/vm", 3600)


def vm_where_it_can_be(options):
    """The same; nothing on a machine for which there is no QEMU, or that is so slow today that the gate's time would end in it."""
    minutes = (time.monotonic() - BEGAN) / 60
    if minutes > LATEST_START_OF_VM:
        print(f"not run: {minutes:.0f} minutes have passed, and it takes up to 20 more (`make vm-test` runs it alone)")
        return Count()
    status, output = call(["make", "--no-print-directory", "deps-vm"], 1200)
    if status != 0:
        print(f"not run, QEMU cannot be installed:\n{tail(output, 5)}")
        return Count()
    return vm(options)


def lint(options, checks=("format", "layers", "sizes", "wording", "own tests", "tidy")):
    """Each check is a test."""
    # clang-tidy needs the headers of what is built here.
    broken = make("build/mbedtls/built") if "tidy" in checks else None
    count = broken or Count()
    for check in checks:
        if check == "own tests":
            command = [PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests/lint"]
        else:
            command = [PYTHON, f"tests/lint/{check}.py"]
        status, output = call(command, 1800, PYTHONDONTWRITEBYTECODE="1")
        if status != 0:
            count += failure(f"lint: {check}", output)
        else:
            count.passed += 1
            if output.strip() and check != "own tests":
                print(output.rstrip())
    return count


def fuzz_smoke(options, seconds=5):
    """Every fuzzer for a few seconds. What it crashes on is kept in build/fuzz/crashes."""
    names = sorted(path.stem for path in (ROOT / "tests/fuzz").glob("*_fuzz.cc"))
    if not names:
        return Count()
    broken = make("fuzz")
    if broken:
        return broken
    crashes = ROOT / "build/fuzz/crashes"
    crashes.mkdir(parents=True, exist_ok=True)

    def smoke(name):
        corpus = ROOT / "build/fuzz/corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        seeds = [path for path in (ROOT / "tests/fuzz/seeds" / name.removesuffix("_fuzz"), ROOT / "tests/data") if path.is_dir()]
        return call([str(ROOT / "build/fuzz" / name), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
                     f"-artifact_prefix={crashes}/{name}-", str(corpus), *map(str, seeds)], 120 + seconds)

    count = Count()
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        for name, (status, output) in zip(names, pool.map(smoke, names)):
            count += failure(f"fuzz: {name}", tail(output)) if status else Count(passed=1)
    return count


def stages(target, with_vm=False):
    """(name, function) of each stage of a target, in the order in which they run."""
    sanitized = {variant: [(f"unit, {variant}", lambda options, v=variant: unit(options, v)),
                           (f"functional, {variant}", lambda options, v=variant: functional(options, v))]
                 for variant in ("asan", "tsan")}
    parts = {"lint": [("lint", lint)], "unit": [("unit", unit)], "functional": [("functional", functional)], "package": [("package", package)],
             "fuzz-smoke": [("fuzz-smoke", fuzz_smoke)], "vm": [("vm", vm)], **sanitized}
    parts["check"] = [("lint", lambda options: lint(options, ("format", "layers", "own tests"))), *parts["unit"], *parts["functional"]]
    parts["all"] = [stage for name in ("lint", "unit", "functional", "package", "asan", "tsan", "fuzz-smoke") for stage in parts[name]]
    return parts[target] + ([("vm", vm_where_it_can_be)] if with_vm else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=("all", "check", "unit", "functional", "package", "asan", "tsan", "lint", "fuzz-smoke", "vm"))
    parser.add_argument("-k", help="only those: a filter of gtest's for unit, words of pytest's for functional tests")
    parser.add_argument("--vm", action="store_true", help="then the virtual machine, where QEMU can be installed")
    options = parser.parse_args()
    REPORTS.mkdir(parents=True, exist_ok=True)
    total = Count()
    for name, stage in stages(options.target, options.vm):
        print(f"=== {name}", flush=True)
        start = time.monotonic()
        count = stage(options)
        print(f"=== {name}: {count}, {time.monotonic() - start:.0f} s", flush=True)
        total += count
    print(f"all in {time.monotonic() - BEGAN:.0f} s")
    for each in failed_names:
        print(f"failed: {each}")
    if total.passed + total.failed == 0:
        print("nothing ran")
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main())
