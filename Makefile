# The front door. Every target sets up what it needs first; that is quick when
# all is there. The build itself is CMake's: see docs/building.md.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := build
.PHONY: help build demo demo-spark spark test test-all bench bench-spark format format-check lint fuzz \
	install clean setup

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
PREFIX ?= /usr/local

SOURCES = $(shell find src include sdk/c sdk/cpp examples/c examples/cpp tests \
	bench engines \( -name '*.[ch]' -o -name '*.[ch]pp' \) -not -path '*/target/*' -not -path '*/generated/*' \
	2>/dev/null)

RUST = $(shell find sdk/rust examples/rust bench/guests/rust -name '*.rs' \
	-not -path '*/target/*' 2>/dev/null)

# $(call configured,<preset>): configures once; ninja repeats it when needed.
configured = test -f $(or $(2),build-$(1))/build.ninja || cmake --preset $(1)
built = $(call configured,$(1)) && cmake --build --preset $(1) -j $(JOBS)
ctest = ctest --test-dir build-$(1) --output-on-failure --no-tests=error \
	-j $(JOBS)

help:
	@echo 'make               build/bin/wasi-data and the example programs'
	@echo 'make demo          a tour on real data'
	@echo 'make spark         the jar for Spark: build/spark/wasi-data-spark.jar'
	@echo 'make demo-spark    the same programs on DuckDB and on a Spark cluster'
	@echo 'make test          what every change must pass'
	@echo 'make test-all      that, the slow suites, other compilers, fuzzing'
	@echo 'make bench         the benchmarks'
	@echo 'make bench-spark   those on Apache Spark, beside its own ways'
	@echo 'make fuzz          each fuzzer for FUZZ_SECONDS ($(FUZZ_SECONDS))'
	@echo 'make format        lay out C and C++; format-check only looks'
	@echo 'make lint          clang-tidy on src/'
	@echo 'make install       to PREFIX ($(PREFIX)), DESTDIR honoured'
	@echo 'make clean         remove the build folders (.deps/ stays)'

setup:
	@scripts/install-packages
	@scripts/deps

build: setup
	@$(call configured,default,build)
	@cmake --build --preset default -j $(JOBS) --target product

demo: build
	@scripts/deps demo
	@scripts/demo

# Without a JDK and Maven the configuration says what is missing.
spark: build
	@cmake --build --preset default -j $(JOBS) --target spark_jar

demo-spark: spark
	@scripts/deps spark
	@scripts/deps demo
	@scripts/demo-spark

# The build that people use comes first: only an optimised one has all warnings.
test: build
	@$(call built,asan)
	@$(call ctest,asan) -LE slow

test-all: test .deps/wasm-tools/bin/wasm-tools
	@$(call ctest,asan) -L slow --no-tests=ignore
	@$(call built,clang)
	@$(call ctest,clang) -R 'memory_slow|groups_slow'
	@$(call built,tsan)
	@$(call ctest,tsan) -L unit -LE slow -E '^duckdb_' # it is not instrumented
	@$(MAKE) fuzz

# Makes the glue from wit/ again, for a look whether it is still the same; four
# minutes to build.
.deps/wasm-tools/bin/wasm-tools:
	cargo install --locked --quiet --root .deps/wasm-tools wasm-tools@1.263.0 \
	  --no-default-features --features \
	  component,validate,print,parse,strip,objdump,dump,metadata,wit-smith

bench: setup
	@if test -x bench/run; then \
	  $(call configured,release) && \
	  cmake --build --preset release -j $(JOBS) --target bench && bench/run; \
	else echo 'bench/run is missing' >&2; exit 1; fi

bench-spark: setup
	@$(call configured,release)
	@cmake --build --preset release -j $(JOBS) --target product bench/guests/cluster.wasm spark_jar
	@for part in spark pyspark pandas oracle protobuf grpc; do scripts/deps $$part; done
	@bench/spark/run

fuzz: setup
	@$(call built,fuzz)
	@scripts/fuzz $(FUZZ_SECONDS)

format: setup
	@clang-format-14 -i $(SOURCES)
	@if command -v rustfmt >/dev/null; then rustfmt $(RUST); fi

format-check: setup
	@clang-format-14 --dry-run --Werror $(SOURCES)
	@if command -v rustfmt >/dev/null; then rustfmt --check $(RUST); fi

lint: setup
	@$(call configured,clang)
	@cmake --build --preset clang -j $(JOBS) --target generated
	@find src -name '*.c' -print0 | \
	  xargs -0 -r -n 4 -P $(JOBS) clang-tidy-14 -p build-clang --quiet

install: setup
	@$(call configured,release)
	@cmake -DCMAKE_INSTALL_PREFIX=$(PREFIX) build-release >/dev/null
	@cmake --build --preset release -j $(JOBS) --target product
	@cmake --install build-release

clean:
	@rm -rf build build-release build-asan build-tsan build-fuzz build-clang
