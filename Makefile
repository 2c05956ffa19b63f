# make demo    set up, make a union of 252 branches, and write its packs into demo/outbox
# make test    set up, check style and types, and run all tests
# make lint    style, types and layers only
# make bench   packs a second against a hand-written script, and the data work at growing sizes
# make lock    renew requirements.lock from pyproject.toml (needs uv)

.PHONY: demo test lint bench lock ready

ready:
	@scripts/set-up

demo: ready
	@.venv/bin/distributor demo

lint:
	@scripts/set-up
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .

test:
	@scripts/set-up tests
	@$(MAKE) --no-print-directory lint
	.venv/bin/python -m pytest -n 2 --dist loadfile -q

bench: ready
	.venv/bin/python -m benchmarks.packs
	.venv/bin/python -m benchmarks.scale

lock:
	uv pip compile pyproject.toml --extra postgres --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --quiet --output-file requirements.lock
