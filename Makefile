# `make run` builds the static binary and inspects the shell it runs in; `make test`
# runs every test. Both install the Debian packages they lack, as root.
TARGET := $(shell rustc -vV | sed -n 's/^host: //p')
BINARY := target/$(TARGET)/release/amiconfined

# What the build needs, and what the tests start.
BUILD_PACKAGES := gcc libc6-dev libseccomp-dev
TEST_PACKAGES := $(BUILD_PACKAGES)
TEST_PACKAGES += busybox-static iptables jq libcap2-bin libcap-ng-utils procps strace util-linux
TEST_PACKAGES += golang-github-containers-common golang-github-docker-docker-dev
TEST_PACKAGES += runc crun podman docker.io
TEST_PACKAGES += containerd containernetworking-plugins curl runsc lxc uidmap
TEST_PACKAGES += bubblewrap firejail systemd-container python3-pip
TEST_PACKAGES += apparmor kmod qemu-system-x86 binutils-arm-linux-gnueabi
TEST_PACKAGES += qemu-system-arm secilc

.PHONY: build run aarch64 check-aarch64 test bench fuzz lab lab-next lab-youki capture install-build install-test

build: install-build
	cargo build --release

run: build
	$(BINARY)

# The static binary for 64-bit ARM, on another machine. Nothing loads or is loaded beside it.
AARCH64 := target/aarch64/build/aarch64-unknown-linux-gnu/release/amiconfined
aarch64:
	@.ci/aarch64 target/aarch64
	target/aarch64/cargo build --release
	! readelf --program-headers --dynamic --wide $(AARCH64) | grep -E 'INTERP|NEEDED'

# That its code compiles, which takes a third of the time.
check-aarch64: install-build
	@.ci/aarch64 target/aarch64
	target/aarch64/cargo check --lib --bins

test: install-test
	cargo test --no-fail-fast

# What an inspection costs, of the release binary, in a container; a sweep of a node of up
# to 1,000 containers; and `report` for up to NODES=10000 nodes of a hundred.
bench: build install-test
	cp $(BINARY) target/measured
	AMICONFINED_MEASURED=target/measured cargo bench

# Looks for inputs on which the filter code does not hold, for so many seconds each; what is
# in fuzz/corpus begins it, and `cargo test` replays that. One that fails is in fuzz/artifacts.
FUZZ_SECONDS := 900
SANCOV := -level=4 -inline-8bit-counters -pc-table -trace-compares
FUZZ_FLAGS := -C passes=sancov-module -C debug-assertions --cfg fuzzing
FUZZ_FLAGS += $(SANCOV:%=-C llvm-args=-sanitizer-coverage%)
fuzz: install-build
	@.ci/install g++
	cd fuzz && RUSTFLAGS="$(FUZZ_FLAGS)" \
		LIBSECCOMP_LIB_PATH="/usr/lib/$$(gcc -print-multiarch)" cargo build --release
	for target in bpf_check_eval bpf_decide; do \
		mkdir -p fuzz/target/corpus/$$target fuzz/artifacts; \
		fuzz/target/$(TARGET)/release/$$target -max_total_time=$(FUZZ_SECONDS) -timeout=60 \
			-max_len=16384 -artifact_prefix=fuzz/artifacts/ \
			fuzz/target/corpus/$$target fuzz/corpus/$$target || exit 1; \
	done

# Every cell of the lab, or some: make lab RUNTIME=runc SETTING=user; those of a guest:
# make lab GUEST=linux-6.1, with RUNTIME and SETTING as well. Words are names, parted by
# blanks, or the beginning of names and a `*`.
lab: install-test
	LAB=all GUEST="$(GUEST)" RUNTIME="$(RUNTIME)" SETTING="$(SETTING)" cargo test --test lab

# The views in tests/proc, taken anew; `make test` then shows what of the reports changed.
VIEW := CAPTURE=$(CURDIR)/tests/proc
capture: install-test
	$(VIEW)/docker-default.txt RUNTIME=docker SETTING=defaults cargo test --test lab
	$(VIEW)/docker-privileged.txt RUNTIME=docker SETTING=privileged cargo test --test lab
	$(VIEW)/user-namespace.txt RUNTIME=podman_rootless SETTING=defaults cargo test --test lab
	$(VIEW)/runc-defaults.txt RUNTIME=runc SETTING=defaults cargo test --test lab
	$(VIEW)/apparmor.txt GUEST=apparmor-engines RUNTIME=docker SETTING=apparmor_docker_default \
		cargo test --test lab
	$(VIEW)/selinux.txt GUEST=selinux RUNTIME=runc SETTING=selinux_container \
		cargo test --test lab
	runsc --ignore-cgroups --network=none do busybox sh -c \
		'exec busybox sh tests/lab/capture.sh $$$$' \
		| grep -v '/.dockerenv$$' > tests/proc/gvisor.txt
	tests/lab/capture-host.sh > tests/proc/bare-host.txt

# The runtimes of Debian's next suite, out of a tree of it.
TREE := $(CURDIR)/target/lab/trixie
lab-next: install-test
	@.ci/install debootstrap
	[ -x $(TREE)/usr/bin/podman ] || debootstrap --variant=minbase --include=runc,crun,podman trixie $(TREE)
	LAB=all TREE=$(TREE) RUNTIME="$(RUNTIME)" SETTING="$(SETTING)" cargo test --test lab

# youki, which no package has: over five minutes.
YOUKI := $(CURDIR)/target/lab/youki
lab-youki: install-test
	[ -x $(YOUKI)/bin/youki ] || cargo install youki@0.7.0 --root $(YOUKI) \
		--no-default-features --features v1,v2,seccomp
	LAB=all PATH="$(YOUKI)/bin:$$PATH" RUNTIME=youki SETTING="$(SETTING)" cargo test --test lab

install-build:
	@.ci/install $(BUILD_PACKAGES)

install-test:
	@.ci/install $(TEST_PACKAGES)
	@.ci/libseccomp-source target/libseccomp
	@.ci/nsjail target/lab/nsjail
	@.ci/promtool target/lab/promtool
