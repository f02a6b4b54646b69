"""From two files to one Config, and all that can be wrong at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from supaops.config import config_place, load
from supaops.config.references import EnvRef
from supaops.errors import ConfigError, SupaopsError

Problems = Callable[..., list[SupaopsError]]
Write = Callable[..., Path]
ENVIRONMENTS = ["local", "preview", "production", "staging"]
SHIPPED = Path("ops/config/job_queue.yaml")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_shipped_files_load_in_every_environment(environment: str) -> None:
    assert load(SHIPPED, environment).environment == environment


def test_an_overlay_wins_key_by_key() -> None:
    local, production = load(SHIPPED, "local"), load(SHIPPED, "production")
    assert local.database.url == "local"
    assert production.database.url == EnvRef("DATABASE_URL")
    assert local.cron.jobs["job_queue_worker"].schedule == "5 seconds"
    assert local.cron.jobs["job_queue_worker"].call == "trigger_worker"


def test_values_are_parsed_into_their_types() -> None:
    config = load(SHIPPED, "production")
    assert config.queue.lease == timedelta(minutes=5)
    assert config.queue.retention.failed is None
    assert config.vault.secrets["job_queue_runner_secret"].value == EnvRef(
        "JOB_QUEUE_RUNNER_SECRET"
    )


def test_a_config_equals_another_of_the_same_content(write: Write) -> None:
    first = load(write(), "local")
    assert first == load(write("# moved down\n" + Path("queue.yaml").read_text()), "local")


def test_every_problem_is_reported_at_once_in_the_order_of_the_lines(
    problems: Problems, good: str
) -> None:
    base = (
        good.replace("queue:\n", "queue:\n  lease: 5\n  nmae: x\n")
        .replace("secret: runner_secret", "secret: runner_secrett")
        .replace("value: env(RUNNER_SECRET)", "valeu: env(RUNNER_SECRET)")
    )
    found = problems(base, "smoke:\n  task_type: synk\n")
    assert [(problem.place, problem.message) for problem in found] == [
        ("environments/local.yaml:2:14", ("smoke.task_type: names a task type that "
         "queue.task_types does not declare")),
        ("queue.yaml:5:10", ("queue.lease: expected a duration such as 250ms, 30s, 1h30m or 14d, "
         "found `5`")),
        ("queue.yaml:6:3", "queue.nmae: unknown key"),
        ("queue.yaml:11:11", "worker.secret: names a secret that vault.secrets does not declare"),
        ("queue.yaml:15:21", "vault.secrets.runner_secret.valeu: unknown key"),
    ]  # fmt: skip


def test_a_missing_key_is_placed_at_its_section(problems: Problems, good: str) -> None:
    (problem,) = problems(good.replace("  endpoint: endpoint_url\n", ""))
    assert (str(problem), problem.hint) == (
        "queue.yaml:7:1: worker.endpoint: this key is required",
        "add `endpoint:` here",
    )


def test_the_environment_is_not_a_key(problems: Problems, good: str) -> None:
    (problem,) = problems(good + "environment: local\n")
    assert (
        str(problem)
        == "queue.yaml:14:1: environment: the environment is chosen on the command line"
    )


def test_a_secret_in_any_text_is_refused_and_never_shown(problems: Problems, good: str) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2ln"
    texts = [token, "sb_secret_0123456789", "postgres://u:pass1234@h/db"]
    for text in texts:
        for base in (
            good.replace("sync: {}", f'sync: {{description: "{text}"}}'),
            good.replace("secret: runner_secret", f'secret: "{text}"'),
            good.replace("env(RUNNER_SECRET)", f'"{text}"'),
            good + f'cron: {{jobs: {{x: {{schedule: "{text}", sql: "select \'{text}\'"}}}}}}\n',
            good.replace("queue:\n", f'queue:\n  name: "{text}"\n'),
        ):
            found = problems(base)
            assert any("never stands in the file" in problem.message for problem in found)
            assert not any(text in f"{problem} {problem.hint}" for problem in found)


def test_a_value_where_a_reference_belongs_is_never_shown(problems: Problems, good: str) -> None:
    for base in (
        good.replace("env(RUNNER_SECRET)", "correct horse battery"),
        good.replace("secret: runner_secret", "secret: correct horse battery"),
        good.replace("url: env(DATABASE_URL)", "url: correct horse battery"),
    ):
        assert not any("horse" in f"{problem} {problem.hint}" for problem in problems(base))


def test_the_place_of_a_key_is_that_of_the_file_which_won(write: Write, good: str) -> None:
    base = good + 'cron:\n  jobs:\n    "a.b":\n      schedule: "@daily"\n      call: cleanup\n'
    overlay = 'cron:\n  jobs:\n    "a.b":\n      schedule: "@hourly"\n'
    config = load(write(base, overlay), "local")
    assert config_place(config, 'cron.jobs."a.b".schedule') == "environments/local.yaml:4:7"
    assert (
        config_place(config, ("cron", "jobs", "a.b", "schedule")) == "environments/local.yaml:4:7"
    )
    assert config_place(config, 'cron.jobs."a.b".call') == "queue.yaml:18:7"


def test_the_place_of_a_default_is_that_of_its_section(write: Write) -> None:
    config = load(write(), "local")
    assert config_place(config, "worker.timeout") == "queue.yaml:7:1"
    assert config_place(config, "smoke.task_type") == "queue.yaml:1:1"


def test_a_config_made_by_hand_has_no_places(write: Write) -> None:
    assert config_place(load(write(), "local").model_copy(), "queue") == "queue.yaml:4:1"
    made = type(load(write(), "local")).model_validate(load(write(), "local").model_dump())
    assert config_place(made, "queue") is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.yaml", "local")
    (problem,) = caught.value.problems
    assert str(problem) == f"{tmp_path / 'none.yaml'}: there is no such file"


def test_a_folder_in_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the file: Is a directory"):
        load(tmp_path, "local")


@pytest.mark.parametrize("name", ["lcoal", "", "../queue", "a\0b", "x" * 300, "\ud800"])
def test_an_unknown_environment_lists_those_that_exist(name: str, write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(), name)
    (problem,) = caught.value.problems
    assert problem.place == "environments"
    assert (problem.hint or "").endswith("existing: local")


def test_a_misspelt_environment_gets_a_suggestion(write: Write) -> None:
    with pytest.raises(ConfigError, match="there is no environment 'lcoal'") as caught:
        load(write(), "lcoal")
    assert caught.value.problems[0].hint == "did you mean `local`? existing: local"


@pytest.mark.parametrize(
    "value", ["hunter2-hunter2", "86753098675309", "0x86753098", "8_675_309", "[hunter2]"]
)
def test_whatever_stands_where_a_secret_may_be_is_never_shown(
    value: str, problems: Problems, good: str
) -> None:
    marker = value.strip("[]")
    head = good.split("vault:", maxsplit=1)[0]
    for base in (
        good.replace("url: env(DATABASE_URL)", f"url: {value}"),
        good.replace("\n  url: env(DATABASE_URL)", f" {value}"),
        good.replace("secret: runner_secret", f"secret: {value}"),
        good.replace("endpoint: endpoint_url", f"endpoint: {value}"),
        good.replace("value: env(RUNNER_SECRET)", f"value: {value}"),
        good.replace("{value: env(RUNNER_SECRET)}", value),
        f"{head}vault: {value}\n",
        f"{head}vault:\n  secrets: {value}\n",
    ):
        found = problems(base)
        assert not any(marker in f"{problem} {problem.hint}" for problem in found), base


def test_a_job_without_a_target_is_told_beside_its_bad_schedule(
    problems: Problems, good: str
) -> None:
    found = problems(f"{good}cron: {{jobs: {{x: {{schedule: 60 seconds}}}}}}\n")
    assert [problem.message.split(": ")[0] for problem in found] == [
        "cron.jobs.x",
        "cron.jobs.x.schedule",
    ]


def test_a_secret_in_place_of_a_name_is_one_problem(problems: Problems, good: str) -> None:
    (problem,) = problems(good.replace("secret: runner_secret", "secret: sb_secret_0123456789"))
    assert problem.message.startswith("worker.secret: holds a Supabase secret key")


def test_a_job_named_like_a_mark_of_the_validator_keeps_its_place(
    problems: Problems, good: str
) -> None:
    (problem,) = problems(f'{good}cron: {{jobs: {{"[key]": 5}}}}\n')
    assert str(problem) == ('queue.yaml:14:24: cron.jobs."[key]": expected a mapping, found `5`')


@pytest.mark.parametrize(
    "retry", ["{}", "{base: 0s, max: 1s}", "{base: 2h, max: 3h}", "{base: null}"]
)
def test_a_backoff_of_a_task_type_may_leave_out_what_the_queue_says(
    write: Write, good: str, retry: str
) -> None:
    text = good.replace("sync: {}", f"sync: {{retry: {retry}}}")
    assert load(write(text), "local").queue.task_types["sync"].retry.factor is None
