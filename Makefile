# Everything the book needs, from one Python (3.11 or newer) and make.
# `make` alone lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # the steps of `make test` have an order
SHELL := /bin/sh

# Which Python makes the environment. Empty: the first on the path that will do.
PYTHON ?=
PORT ?= 8000
UV_VERSION := 0.13.9

# Whose book: the folder of a collection. Empty: the book on the paper.
COLLECTION ?=
export COLLECTION # recipes take it from the environment, so that no sign in it is the shell's
unexport CSM_COLLECTION # else the notebooks on the paper would open it

# Where `make live` finds an unpacked release of Pyodide. Empty: it fetches what it needs.
PARTS ?=
export PARTS

# What exercises and quizzes ask about is drawn with this seed. Empty: as on the published page.
SEED ?=
ifneq ($(SEED),)
export CSM_SEED := $(SEED)
endif

# Without bytecode each kernel of each notebook would compile the package once more.
unexport PYTHONDONTWRITEBYTECODE

venv := .venv
bin := $(venv)/bin
lowest := _build/lowest
spark := _build/spark
site := _build/html
own := $(bin)/python book/_tools/collection_book.py
example := examples/partnership-board
notebooks := $(wildcard notebooks/*.ipynb) tests/first_steps.ipynb

# What needs no built site; of that, what takes long, as it builds books or tries much at random.
siteless := tests --ignore-glob "tests/test_site*.py" --ignore tests/test_pdf.py
long := $(addprefix tests/test_,$(addsuffix .py,corruption catalogue a_to_z attack collection_book \
  hostile_files inference lessons_fresh operations packs running_notebooks simulation stale_pages))

# On all cores, in the order given. The tests of one file stay together, as the cells of a notebook
# share its kernel. The slowest are named.
parallel := --numprocesses auto --maxprocesses 4 --no-loadscope-reorder --durations 10

# Written last, so that a broken installation is made again: what the book needs, and on top of it
# what its tests need. rfc3987-syntax goes again: nothing here judges an address that is not English,
# and jsonschema, which does without, would spend two seconds on it in each process and kernel.
ready := $(venv)/.ready
tested := $(venv)/.tested
install := $(bin)/uv pip install --quiet --python $(bin)/python

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[.a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# -- Environment ------------------------------------------------------------

.PHONY: .venv
.venv: $(ready) ## Make the environment in .venv from requirements.txt

$(ready): requirements.txt
	@set -eu; \
	found=; \
	for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "This book needs Python 3.11 or newer, and $(or $(PYTHON),python3) is missing or older. Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found has no venv module. On Debian and Ubuntu it comes with: apt install python3-venv" >&2; exit 1; \
	fi; \
	if [ -L $(venv) ]; then \
	  echo "$(venv) is a link to $$(readlink $(venv)), and making the environment anew would empty that folder. Remove the link first: rm $(venv)" >&2; exit 1; \
	fi; \
	echo "Making $(venv) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(venv); \
	$(bin)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"; \
	$(install) --compile-bytecode --require-hashes --requirement requirements.txt; \
	$(install) --no-build-isolation --no-deps --offline --editable .; \
	$(bin)/uv pip uninstall --quiet --python $(bin)/python rfc3987-syntax; \
	mkdir -p $(venv)/etc/ipython; \
	echo 'c.IPKernelApp.log_level = "ERROR"  # kernels here talk to this machine only: spare the reader the warning' \
	  > $(venv)/etc/ipython/ipython_kernel_config.py; \
	touch $@

$(tested): $(ready) requirements-dev.txt
	@$(install) --compile-bytecode --require-hashes --requirement requirements-dev.txt
	@touch $@

.PHONY: lock
lock: ## Write both locks anew from pyproject.toml (newest versions that fit)
	@test -x $(bin)/uv || { echo "make lock uses the uv of $(venv): run make .venv first" >&2; exit 1; }
	@set -eu; \
	compile() { \
	  { echo "# The exact versions of $$1, for Python 3.11 and newer."; \
	    echo "# Made by \`make lock\` from the direct dependencies in pyproject.toml; do not edit."; \
	    echo "# By hand: pip install --require-hashes -r $$2"; \
	    shift 2; \
	    $(bin)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --upgrade \
	      --generate-hashes --no-header --no-emit-index-url --no-emit-find-links "$$@"; \
	  } > requirements.new; \
	}; \
	compile "everything the book is made with" requirements.txt pyproject.toml --all-extras; \
	mv requirements.new requirements.txt; \
	compile "what its tests need on top of requirements.txt" requirements-dev.txt \
	  --group dev --constraint requirements.txt; \
	mv requirements.new requirements-dev.txt

.PHONY: lowest
lowest: $(tested) ## Run the unit tests on the oldest versions that pyproject.toml admits (needs the package index)
	@set -eu; \
	$(bin)/uv venv --quiet --clear $(lowest) --python $(bin)/python; \
	$(bin)/uv pip compile --quiet pyproject.toml --all-extras --group dev --resolution lowest-direct \
	  --no-header --output-file $(lowest)/all.txt; \
	$(bin)/uv pip install --quiet --python $(lowest)/bin/python -r $(lowest)/all.txt; \
	$(bin)/uv pip install --quiet --python $(lowest)/bin/python --no-build-isolation --no-deps --editable .; \
	$(lowest)/bin/pytest -m "not locked" $(siteless) $(parallel)

# -- Book -------------------------------------------------------------------

.PHONY: book
book: $(ready) ## Build the site (COLLECTION=folder: the same on other data)
	@$(own) $(if $(COLLECTION),"$$COLLECTION")

.PHONY: live
live: $(ready) ## Let a built site run its Python in the reader's browser (PARTS=folder; COLLECTION=folder)
	@$(bin)/python book/_tools/make_live.py $(if $(PARTS),--parts "$$PARTS") $(if $(COLLECTION),"$$COLLECTION")

.PHONY: pdf
pdf: $(ready) ## Print the site, and its findings alone, as PDFs (needs Chromium)
ifneq ($(COLLECTION),)
	@echo "make pdf prints the book on the paper only. Print pages of another from the browser." >&2; exit 1
else
	@$(bin)/python book/_tools/make_pdf.py --find-chromium
	@test -f $(site)/index.html || $(MAKE) --no-print-directory book
	@$(bin)/python book/_tools/make_pdf.py
endif

.PHONY: packs
packs: $(if $(COLLECTION),,book) ## Pack the lessons for students, and for the instructor
ifneq ($(COLLECTION),)
	@echo "make packs takes the lessons, which are about the paper only." >&2; exit 1
else
	@$(bin)/python book/_ext/lesson_packs.py
endif

.PHONY: pictures
pictures: $(ready) ## Take the pictures of the README and of shared links from the built site (needs Chromium)
	@test -f $(site)/index.html || $(MAKE) --no-print-directory book
	@$(bin)/python book/_tools/make_pictures.py

.PHONY: serve
serve: ## Serve the built site on this machine (PORT=8000; COLLECTION=folder)
	@set -eu; site=$(site); if [ -n "$$COLLECTION" ]; then site=$$($(own) --site "$$COLLECTION"); fi; \
	test -f "$$site/index.html" || { echo "There is no site yet: run make book first" >&2; exit 1; }; \
	echo "http://127.0.0.1:$(PORT)/ (Ctrl+C stops)"; \
	$(bin)/python -m http.server $(PORT) --bind 127.0.0.1 --directory "$$site"

.PHONY: lab
lab: $(ready) ## Open JupyterLab on the notebooks (COLLECTION=folder: on other data)
ifneq ($(COLLECTION),)
	@set -eu; notebooks=$$($(own) --lab "$$COLLECTION"); \
	CSM_COLLECTION=$$(cd -- "$$COLLECTION" && pwd) $(bin)/jupyter lab "$$notebooks"
else
	@$(bin)/jupyter lab --LabApp.default_url=/lab/tree/notebooks
endif

# -- Results ----------------------------------------------------------------

.PHONY: notebooks
notebooks: $(ready) ## Run the notebooks in place and store their outputs as text
	@$(bin)/python book/_tools/run_notebooks.py $(notebooks)

.PHONY: exercises
exercises: $(ready) ## Derive the students' notebooks from the solutions (SEED=7: other figures)
	@$(bin)/python book/_tools/make_exercises.py

.PHONY: returns
returns: $(ready) ## Draw data/returns.csv anew from the published figures
	@$(bin)/python -m csm_lib panel

.PHONY: reproduce
reproduce: $(ready) ## Check every published figure and print the ledger
	@$(bin)/python -m csm_lib reproduce

# -- Proof ------------------------------------------------------------------

.PHONY: lint
lint: $(tested) ## Check style, format, types and spelling
	@$(bin)/ruff check .
	@$(bin)/ruff format --check .
	@$(bin)/mypy
	@$(bin)/codespell
	@$(bin)/zizmor --quiet --offline .github

.PHONY: unit
unit: $(tested) ## Run the quick tests, which need no built site
	@$(bin)/pytest $(siteless) $(long:%=--ignore %) $(parallel)

# The site and the notebooks come last, so that a broken function is named by its own test.
# Two books are tested, on the paper and on the example; with COLLECTION the book of that one.
.PHONY: test
test: $(tested) $(if $(COLLECTION),,lint unit) book ## Run everything: lint, unit tests, books, sites, notebooks
ifneq ($(COLLECTION),)
	@set -eu; site=$$($(own) --site "$$COLLECTION"); \
	CSM_COLLECTION=$$(cd -- "$$COLLECTION" && pwd) CSM_SITE_DIR=$$site $(bin)/pytest -m "not paper" \
	  tests/test_site*.py "$$site/../source" --nbval --nbval-current-env $(parallel)
else
	@$(bin)/pytest -m "not own" \
	  tests/test_site.py $(long) tests/test_pdf.py tests/test_site_*.py \
	  tests/first_steps.ipynb notebooks --nbval --nbval-current-env $(parallel)
	@$(MAKE) --no-print-directory test COLLECTION=$(example)
endif

.PHONY: readme
readme: ## Run the README's commands as they stand, in a fresh clone (needs the package index)
	@python3 tests/run_readme.py

.PHONY: bench
bench: $(tested) ## Measure speed and memory, each time beside an alternative (BENCH=reading: one of them)
	@$(bin)/python benchmarks $(BENCH)

.PHONY: scale
scale: $(tested) ## Tally ten million returns by DuckDB, Polars and PySpark (needs Java and the package index)
	@$(bin)/uv pip install --quiet --target $(spark) pyspark==4.3.0
	@PYTHONPATH=$(spark) $(bin)/python benchmarks/scale.py

.PHONY: simulate
simulate: $(tested) ## Count false and true findings in books on drawn collections (half an hour)
	@$(bin)/python tests/simulate_evidence.py

.PHONY: damage
damage: $(tested) ## Spoil 20,000 files of returns and read them (two hours)
	@$(bin)/python tests/damage_many.py

.PHONY: clean
clean: ## Remove what was made, except the environment
	@rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './$(venv)/*' -prune -exec rm -rf {} +
