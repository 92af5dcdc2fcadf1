# The two commands of the README are `make demo` and `make test`; both set up what they need.
UV_PIN := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --frozen --no-sync

.PHONY: demo test check fmt bench bench-detection bench-olist bench-peers scale truth flips kill kill-answers faults-kafka simulate-faults simulate-cluster compare-alertmanager mail-preview dashboard-pictures rehearse-systemd rehearse-image words test-deps sample clean
.DEFAULT_GOAL := test

demo: .venv/ready ## the main job on an invented month; KEEP=1 stays up
	@$(RUN) erosion demo $(if $(KEEP),--keep)

test: .venv/ready $(if $(CI),test-deps) ## everything that must hold
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) pytest -q -n 2 --dist loadfile --ignore=tests/live
	$(RUN) pytest -q tests/live

check: .venv/ready ## lint and types only
	$(RUN) ruff check . && $(RUN) ruff format --check . && $(RUN) mypy && $(RUN) lint-imports

fmt: .venv/ready
	$(RUN) ruff check --fix . && $(RUN) ruff format .

bench: .venv/ready ## events per second and microseconds per event, with the profile
	$(RUN) python -m tests.bench.bench
	$(RUN) python -m tests.bench.scraping

bench-detection: .venv/ready ## what the rule of pace reaches, beside its study; some minutes, and an hour with --long
	$(RUN) python -m tests.bench.detection

bench-olist: .venv/ready ## real orders and surveys: how early a fall is known; three minutes, needs ../shared/data
	$(RUN) python -m tests.bench.olist

bench-peers: .venv/ready ## one job on Kafka beside what could be used instead; ten minutes, needs ../shared/bench, Java, Maven, Go
	$(RUN) python -m tests.bench.peers --out build

scale: .venv/ready ## a million open cases: memory, checkpoint, restart, latency, a Monday, a year; half an hour
	$(RUN) python -m tests.bench.scale

truth: .venv/ready ## the long forms: late cases beside the oracle, the scorecard beside brute force; 20 seeds each
	EROSION_TRUTH=long $(RUN) pytest -q tests/truth tests/report/test_bruteforce.py

simulate-faults: .venv/ready ## the long form of the simulation: 300 seeds, and the hunt for planted mistakes
	$(RUN) python -m tests.simulation.campaign

simulate-cluster: .venv/ready ## intakes and engines on simulated brokers: 500 seeds of a minute
	EROSION_SEEDS=500 $(RUN) pytest -q -rP tests/simulation/test_cluster.py

flips: .venv/ready ## one flipped bit on every page and every byte of the first four, with 50 whole starts
	$(RUN) python -m tests.store.damage

kill: .venv/ready ## killed at 300 and more calls that touch the disk, each compared with the truth
	$(RUN) python -m tests.live.killing

kill-answers: .venv/ready ## a thousand answers and twenty silences, each round killed as soon as it was answered
	$(RUN) python -m tests.live.answers

faults-kafka: .venv/ready ## all faults of a fleet on a real broker, with ten minutes of kills; 40 minutes
	$(RUN) python -m tests.live.faults --long

compare-alertmanager: .venv/ready ## faults of delivery beside Debian's prometheus-alertmanager; twelve minutes
	@$(RUN) python -m tests.peers.alertmanager

mail-preview: .venv/ready ## the sample mails as pages in build/mail, and with Chromium as pictures
	@$(RUN) python -m tests.alerts.preview build/mail

dashboard-pictures: .venv/ready ## the dashboards, drawn by Grafana's own components: needs Node, Chromium, Prometheus; twenty minutes
	$(RUN) python -m tests.deploy.pictures

rehearse-systemd: .venv/ready ## deploy/README.md, section systemd, on a Debian made for it: needs root, mmdebstrap, systemd-container; five minutes
	$(RUN) python -m tests.deploy.rehearse_systemd

rehearse-image: .venv/ready ## the image, built and run as deploy/README.md says: needs root, mmdebstrap, buildah, podman, runc; four minutes
	$(RUN) python -m tests.deploy.rehearse_image

words: .venv/ready ## the sentences of the code into the catalogues of alerts/locale; then translate what is empty
	@$(RUN) python -m tests.alerts.catalogue

test-deps: ## the system programs that some tests need
	sh deploy/test-deps.sh

.venv/ready: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --quiet --all-extras
	@touch $@

.tools/bin/uv:
	@python3 -m venv .tools || { echo "python3 has no venv: type  sudo apt-get install python3-venv" >&2; exit 1; }
	@.tools/bin/pip install --quiet uv==$(UV_PIN)

uv: ;

clean:
	rm -rf .venv .tools build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
