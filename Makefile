# Everything a person or CI runs. `make help` lists it.
SHELL := /bin/bash
CHECKED := --explicit-target-dependency-import-check error
SOURCES := Package.swift Sources Tests benchmarks/Sources examples/Sources
# What `swift test` calls in the end. Planning the build again for each group took a quarter of the time that the tests take.
RUN := .build/debug/mizzoPackageTests.xctest --testing-library swift-testing
# One after the other: they start real decoders, compilers, servers and daemons, or keep every core busy, and would starve what runs beside them.
HEAVY := MizzoAPITests CloudServicesTests TidyTests AudioTranscodingTests LyricsSyncTests MizzoPlatformTests WorkloadTests InstructionTests PowerCutTests CrashTests
# One program file that needs no Swift where it runs; packed relocations keep 4 MB out of its memory.
RELEASE := -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs
PACKAGES := libsqlite3-dev libcurl4-openssl-dev ffmpeg bubblewrap pocketsphinx pocketsphinx-en-us espeak-ng jq curl sqlite3 mpv chromium python3-venv valgrind

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-cloud api-check test verify format bench bench-peers bench-aligner play-in-browser

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: ## Install the Debian packages and the cloud tools that are missing (or say how)
	@scripts/setup.sh $(PACKAGES)
	@scripts/cloud-tools.sh
	@scripts/browser-tools.sh

demo: ## Upload, transcode, kill the worker, carry on, review, publish, play (a few minutes)
	@scripts/demo.sh

demo-cloud: ## The same story on S3, SQS and ECS protocols (rclone, moto and a simulator of ECS)
	@scripts/demo-cloud.sh

api-check: ## Call the running API with all kinds of input and hold it against its OpenAPI document
	@scripts/api-check.sh

test: ## Build everything and run all tests
	swift build --build-tests $(CHECKED)
	$(RUN) $(foreach target,$(HEAVY),--skip '^$(target)\.')
	$(foreach target,$(HEAVY),$(RUN) --filter '^$(target)\.' &&) true

verify: ## What CI runs: format check, build, tests
	swift format lint --strict --recursive --parallel --configuration .swift-format $(SOURCES)
	$(MAKE) test

format: ## Format all Swift sources in place
	swift format --in-place --recursive --parallel --configuration .swift-format $(SOURCES)

bench: ## Measure speed, memory and disk against bare SQLite and ffmpeg; BENCH='--only NAME', '--list', '--full'
	swift build --package-path benchmarks $(RELEASE) --product engine-bench
	$$(swift build --package-path benchmarks $(RELEASE) --show-bin-path)/engine-bench $(BENCH)

bench-peers: ## Measure DBOS on SQLite and PostgreSQL beside the engine (a few minutes)
	@RELEASE='$(RELEASE)' scripts/bench-peers.sh

bench-aligner: ## Measure the lyrics aligner's error on synthesized speech, with and without music
	swift build --product aligner-probe
	python3 benchmarks/aligner.py .build/debug/aligner-probe

play-in-browser: ## Play, seek and switch renditions of an HLS folder in headless Chromium: HLS=folder
	@scripts/browser-tools.sh
	.browser-tools/bin/python scripts/browser-playback.py $(HLS)
