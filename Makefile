# The front door. `make help` lists what there is.
.DEFAULT_GOAL := build
.PHONY: help deps build demo test test-slow mutants bench-train bench-golden bench-search bench-peers format clean
PROGRAM := build/release/duet
TIMED := tools/timed

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | column -t -s '|'

deps: ## install what building and running need (Debian 12)
	@$(TIMED) installs tools/install-deps build

build: deps ## build build/release/duet
	@$(TIMED) build $(MAKE) --no-print-directory compile
	@$(TIMED) --report

demo: ## default data set -> network -> verified accelerator -> report (15 minutes on 2 cores after the installs)
	@$(TIMED) installs tools/install-deps build demo
	@$(TIMED) build $(MAKE) --no-print-directory compile
	@$(TIMED) run $(PROGRAM) run examples/demo.toml --out build/demo
	@$(TIMED) --report
	@echo "report: $(CURDIR)/build/demo/report.html"

test: ## all tests but the slow ones
	@$(TIMED) installs tools/install-deps build test
	@$(TIMED) build $(MAKE) --no-print-directory compile-tests
	@$(TIMED) tests ctest --test-dir build/release --output-on-failure -LE slow -j 2
	@$(TIMED) --report

test-slow: ## the slow tests
	@$(TIMED) installs tools/install-deps build test demo
	@$(TIMED) build $(MAKE) --no-print-directory compile-tests
	@$(TIMED) tests ctest --test-dir build/release --output-on-failure -L slow
	@$(TIMED) --report

mutants: ## plant faults in rtl/ and tell which of them no test finds (SEED=1, two for each module: hours)
	@$(TIMED) installs tools/install-deps build test
	@$(TIMED) build $(MAKE) --no-print-directory compile-mutants
	@$(TIMED) --report
	@build/release/mutants --out build/mutants $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

bench-train: ## speed of training beside a plain PyTorch loop (5 minutes)
	@$(TIMED) installs tools/install-deps build demo bench-train
	@$(TIMED) build $(MAKE) --no-print-directory compile
	@$(TIMED) --report
	@/usr/bin/python3 bench/training/run.py --duet $(PROGRAM) --out build/bench-train

bench-golden: ## speed of the golden model beside onnxruntime, on the same integers (3 minutes)
	@$(TIMED) installs tools/install-deps build demo bench-peers
	@$(TIMED) build $(MAKE) --no-print-directory compile
	@$(TIMED) --report
	@/usr/bin/python3 bench/golden/run.py --duet $(PROGRAM) --out build/bench-golden

bench-search: ## evaluations a second of the estimator beside ZigZag's cost model (five minutes)
	@$(TIMED) installs tools/install-deps build test bench-peers
	@$(TIMED) build $(MAKE) --no-print-directory compile-bench-search
	@$(TIMED) --report
	@/usr/bin/python3 bench/search/run.py --out build/bench-search

bench-peers: ## DNN-A beside FINN+ and NNgen, each installed into an environment of its own (two hours; goes on where it was)
	@$(TIMED) installs tools/install-deps build bench-peers
	@$(TIMED) build $(MAKE) --no-print-directory compile
	@$(TIMED) --report
	@/usr/bin/python3 bench/peers/run.py --duet $(PROGRAM) --out build/peers

format: ## bring the C++ into the project's format
	git ls-files '*.cpp' '*.h' | xargs clang-format-14 -i

clean: ## remove everything built
	rm -rf build

# Without dependencies, so that the three below never install anything. Only the tests need what the tests are made with.
.PHONY: compile compile-tests compile-mutants compile-bench-search configure
configure:
	@mkdir -p build; cmake --preset release -DBUILD_TESTING=$(TESTING) > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
compile: TESTING = OFF
compile-tests compile-mutants compile-bench-search: TESTING = ON
compile: configure
	@cmake --build build/release --target duet
compile-tests: configure
	@cmake --build build/release
compile-mutants: configure
	@cmake --build build/release --target mutants
compile-bench-search: configure
	@cmake --build build/release --target search_speed
