"""The manifests that `supaops init --kubernetes` writes, held against public schemas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from supaops.config import Config
from supaops.scaffold import kubernetes_texts
from tests.docs.commands import complaint
from tests.docs.keda import read_by_keda

VERSIONS = ("1.30", "1.37")
"""The oldest that has all that is used, and the newest of the package."""

TASK_TYPES: dict[str, Any] = {
    "sync": {"timeout": "20s"},
    "report": {"queue": "reports", "timeout": "4m30s"},
    "mail": {"queue": "mail_out"},
}
SECRETS = {"endpoint": {"value": "env(ENDPOINT)"}, "secret": {"value": "env(RUNNER_SECRET)"}}


def config_of(queue: dict[str, Any] | None = None, **worker: Any) -> Config:
    return Config.model_validate(
        {
            "version": 1,
            "environment": "production",
            "database": {"url": "env(DB)"},
            "queue": {"task_types": TASK_TYPES, **(queue or {})},
            "worker": {"endpoint": "endpoint", "secret": "secret", **worker},
            "vault": {"secrets": SECRETS},
            "sentry": {"dsn": "env(SENTRY_DSN)"},
        }
    )


ONE_QUEUE = {"task_types": {"sync": {"timeout": "20s"}}}
CONFIGS = {
    "one queue": config_of(ONE_QUEUE),
    "three queues": config_of(),
    "the Data API": config_of(ONE_QUEUE, transport="supabase"),
    "long names": config_of(
        {
            "name": "q" * 32,
            "schema": "select",
            "task_types": {
                "a": {"queue": "_" * 40},
                "b": {"queue": "b" * 40},
                "c": {"queue": "c_"},
            },
        }
    ),
}
EVERY_CONFIG = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())


def documents(config: Config) -> list[Any]:
    return [each for text in kubernetes_texts(config).values() for each in parsed(text)]


@cache
def parsed(text: str) -> tuple[Any, ...]:
    return tuple(YAML(typ="safe", pure=False).load_all(text))


def of_kind(config: Config, kind: str) -> list[Any]:
    return [each for each in documents(config) if each["kind"] == kind]


def containers(config: Config) -> Iterator[tuple[Any, Any]]:
    """Yield each Deployment and its only container."""
    for deployment in of_kind(config, "Deployment"):
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        yield deployment, container


def variables(container: Any) -> dict[str, Any]:
    return {each["name"]: each for each in container["env"]}


@EVERY_CONFIG
def test_a_manifest_is_valid_by_kubernetes_schema_of_its_kind(config: Config) -> None:
    for each in documents(config):
        if not is_kedas(each):
            for version in VERSIONS:
                kubernetes_validate.validate(each, version, strict=True)


def test_a_scaler_is_valid_by_kedas_schema_which_knows_all_that_it_says() -> None:
    written = [each for one in CONFIGS.values() for each in documents(one) if is_kedas(each)]
    assert read_by_keda(written) == written


def is_kedas(document: Any) -> bool:
    return str(document["apiVersion"]).startswith("keda.sh/")


@EVERY_CONFIG
def test_names_are_few_enough_characters_and_all_different(config: Config) -> None:
    for kind in {each["kind"] for each in documents(config)}:
        names = [each["metadata"]["name"] for each in of_kind(config, kind)]
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= 54  # with `keda-hpa-` before it a label of 63
        assert all(name.replace("-", "").isalnum() and name.strip("-") == name for name in names)


@EVERY_CONFIG
def test_what_refers_to_another_object_finds_it(config: Config) -> None:
    deployments = {each["metadata"]["name"]: each for each in of_kind(config, "Deployment")}
    [account] = of_kind(config, "ServiceAccount")
    [credentials] = of_kind(config, "TriggerAuthentication")
    for deployment in deployments.values():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
        pod = deployment["spec"]["template"]["spec"]
        assert pod["serviceAccountName"] == account["metadata"]["name"]
    for budget in of_kind(config, "PodDisruptionBudget"):
        assert chosen(deployments, budget["spec"]["selector"]["matchLabels"]) == 1
    [service] = of_kind(config, "Service")
    assert chosen(deployments, service["spec"]["selector"]) == 1
    scaled = [each["spec"]["scaleTargetRef"]["name"] for each in of_kind(config, "ScaledObject")]
    endpoint = service["metadata"]["name"]
    assert sorted([*scaled, endpoint]) == sorted(deployments)
    for each in of_kind(config, "ScaledObject"):
        [trigger] = each["spec"]["triggers"]
        assert trigger["authenticationRef"]["name"] == credentials["metadata"]["name"]


def chosen(deployments: dict[str, Any], wanted: dict[str, str]) -> int:
    pods = (each["spec"]["template"]["metadata"]["labels"] for each in deployments.values())
    return sum(wanted.items() <= labels.items() for labels in pods)


@EVERY_CONFIG
def test_ports_that_probes_and_services_name_are_there(config: Config) -> None:
    for _, container in containers(config):
        ports = {each["name"]: each["containerPort"] for each in container["ports"]}
        probes = [
            container[f"{each}Probe"]["httpGet"] for each in ("startup", "readiness", "liveness")
        ]
        assert {each["port"] for each in probes} <= ports.keys()
        listening = dict(each.split("=") for each in container["args"] if "port=" in each)
        assert set(map(str, ports.values())) == set(listening.values())
    [service] = of_kind(config, "Service")
    assert [each["targetPort"] for each in service["spec"]["ports"]] == ["http"]


@EVERY_CONFIG
def test_every_command_of_a_manifest_is_one_that_supaops_takes(config: Config) -> None:
    commands = [" ".join([*each["command"], *each["args"]]) for _, each in containers(config)]
    assert [found for each in commands if (found := complaint(each))] == []


@EVERY_CONFIG
def test_a_pod_may_do_nothing_but_run(config: Config) -> None:
    for deployment, container in containers(config):
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        allowed = container["securityContext"]
        assert allowed["readOnlyRootFilesystem"] is True
        assert allowed["allowPrivilegeEscalation"] is False
        assert allowed["capabilities"] == {"drop": ["ALL"]}


@EVERY_CONFIG
def test_every_value_of_the_yaml_comes_from_one_secret_and_stands_nowhere(config: Config) -> None:
    [account] = of_kind(config, "ServiceAccount")
    for _, container in containers(config):
        for name, each in variables(container).items():
            if name not in {"SUPAOPS_ENV", "SUPAOPS_HANDLERS"}:
                reference = each["valueFrom"]["secretKeyRef"]
                assert (reference["name"], reference["key"]) == (account["metadata"]["name"], name)
                assert reference.get("optional", False) == (name == "SENTRY_DSN")
    [credentials] = of_kind(config, "TriggerAuthentication")
    [reference] = credentials["spec"]["secretTargetRef"]
    assert (reference["parameter"], reference["key"]) == ("connection", "DB")


def test_a_pod_has_the_variables_that_its_command_needs_and_no_others() -> None:
    fixed = {"SENTRY_DSN", "SUPAOPS_ENV", "SUPAOPS_HANDLERS"}
    data_api = {"SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"}
    for name, way in (("one queue", {"DB"}), ("the Data API", data_api)):
        [(_, worker), (_, endpoint)] = containers(CONFIGS[name])
        assert variables(worker).keys() == fixed | way
        assert variables(endpoint).keys() == fixed | way | {"RUNNER_SECRET"}


def test_one_queue_is_served_by_workers_of_every_queue() -> None:
    [(_, worker), _] = containers(CONFIGS["one queue"])
    assert not any(each.startswith("--queues") for each in worker["args"])
    assert queries(CONFIGS["one queue"]) == ["select public.job_queue_backlog()"]


def test_each_of_several_queues_has_its_own_workers_and_scale() -> None:
    config = CONFIGS["three queues"]
    queues = [each for _, one in containers(config) for each in one["args"] if "queues" in each]
    assert queues == ["--queues=default", "--queues=mail_out", "--queues=reports"]
    assert queries(config) == [
        f"select public.job_queue_backlog(array['{name}'])"
        for name in ("default", "mail_out", "reports")
    ]


def queries(config: Config) -> list[str]:
    scalers = of_kind(config, "ScaledObject")
    return [each["spec"]["triggers"][0]["metadata"]["query"] for each in scalers]


def test_a_scaler_wants_a_pod_for_as_many_jobs_as_a_pod_does_at_once() -> None:
    config = config_of(ONE_QUEUE, concurrency=25)
    [(_, worker), _] = containers(config)
    [scaler] = of_kind(config, "ScaledObject")
    assert "--concurrency=25" in worker["args"]
    assert scaler["spec"]["triggers"][0]["metadata"]["targetQueryValue"] == "25"


def test_no_more_pods_are_started_than_the_limit_of_a_queue_has_work_for() -> None:
    limits = {"reports": {"concurrency": 21}, "mail_out": {"concurrency": 1000}}
    scalers = of_kind(config_of({"limits": limits}), "ScaledObject")
    assert [each["spec"]["maxReplicaCount"] for each in scalers] == [10, 10, 3]


def test_a_pod_has_longer_to_end_than_its_longest_job_may_take() -> None:
    found = {
        deployment["metadata"]["name"]: (
            [each for each in container["args"] if "grace" in each],
            deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"],
        )
        for deployment, container in containers(CONFIGS["three queues"])
    }
    assert found == {
        "job-queue-worker-default": (["--grace=20s"], 35),
        "job-queue-worker-mail-out": (["--grace=30s"], 45),
        "job-queue-worker-reports": (["--grace=270s"], 285),
        "job-queue-endpoint": ([], 45),
    }


def test_nothing_but_what_the_reader_must_fill_in_is_a_placeholder() -> None:
    text = "".join(kubernetes_texts(CONFIGS["three queues"]).values())
    assert text.count("registry.example/your-project:tag") == 4
    assert text.count("your_project.handlers") == 4
    assert text.count("host: your-project\n") == 3
    assert "[[" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip() or not line]
