# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make help` lists all targets, by the ## behind them.

PROGRAM := perf_exec_trace
VERSION := 0.1.0

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
FORMATSDIR ?= $(PREFIX)/share/$(PROGRAM)/formats
UNITDIR ?= $(PREFIX)/lib/systemd/system
DOCDIR  ?= $(PREFIX)/share/doc/$(PROGRAM)
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

# V=1 shows the commands; SAN=1 adds ASan and UBSan; DEBUG=1 turns optimisation off; WERROR=1 is CI's.
Q       := $(if $(V),,@)
say     = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

# For makes that this one starts, unless it was told how many jobs to run.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

BUILD   ?= build$(if $(SAN),/san)$(if $(DEBUG),/debug)

PKG_CONFIG ?= pkg-config
PACKAGES   := libtraceevent libtracefs libzstd zlib popt libseccomp
TEST_PACKAGES := $(PACKAGES) cmocka

comma    := ,
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wundef -Wvla -Wwrite-strings \
	-Wmissing-prototypes -Wstrict-prototypes $(if $(WERROR),-Werror)
SANITIZE := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer)
CFLAGS   ?= $(if $(DEBUG),-O0,-O2) -g
ALL_CPPFLAGS = -D_GNU_SOURCE -DPXT_VERSION='"$(VERSION)"' \
	-DPXT_FORMATS_DIR='"$(FORMATSDIR)"' -Iinclude \
	$(PACKAGE_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS = -std=c17 $(WARNINGS) $(SANITIZE) $(CFLAGS)

# Asked of pkg-config only once something is compiled: `make deps` and `make clean` do without it.
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES)))$(PACKAGE_CFLAGS)
PACKAGE_LIBS   = $(eval PACKAGE_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES)))$(PACKAGE_LIBS)
TEST_LIBS      = $(eval TEST_LIBS := $(shell $(PKG_CONFIG) --libs $(TEST_PACKAGES)))$(TEST_LIBS)

PAGE := src/sink/html
PAGE_FILES := $(addprefix $(PAGE)/,page.html page.css data.js layout.js view.js page.js)
SOURCES := $(sort $(wildcard src/*.c src/*/*.c src/*/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/$(PAGE)/page.o
LIBRARY := $(filter-out $(BUILD)/src/main.o,$(OBJECTS))
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/unit/test_*.c tests/unit/*/test_*.c)))
TEST_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/unit/support*.c)))
BENCH_SOURCES := $(sort $(wildcard bench/*.c))
BENCH_PROGRAMS := $(BENCH_SOURCES:%.c=$(BUILD)/%)
LIVE_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/live/*.c)))

FUZZ_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

.PHONY: all
all: $(BUILD)/$(PROGRAM)  ## build the program, as plain make does

$(BUILD)/$(PROGRAM): $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(PACKAGE_LIBS) $(LDLIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The page of -F html as two C strings. The policy allows this script and this style by their hashes.
$(BUILD)/$(PAGE)/page.c: $(PAGE_FILES) scripts/embed-page
	@mkdir -p $(@D)
	$(call say,PAGE,$@)
	$(Q)scripts/embed-page $(PAGE) > $@.new
	$(Q)mv $@.new $@

$(BUILD)/$(PAGE)/page.o: $(BUILD)/$(PAGE)/page.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Rewritten only where compiler or flags differ from the last build's, so that they are never mixed.
BUILD_FLAGS = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS)
$(BUILD)/flags: force
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(BUILD_FLAGS))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(BUILD_FLAGS))' > $@

.PHONY: force
force:

-include $(OBJECTS:.o=.d) $(FUZZ_OBJECTS:.o=.d) $(UNIT_TESTS:=.d) $(TEST_SUPPORT:.o=.d) $(LIVE_PROGRAMS:=.d)

# ---- tests -------------------------------------------------------------------------------------

# A test that replaces library calls names them here: WRAP_test_NAME = call call...
WRAP_test_heap = realloc
WRAP_test_btf = calloc
WRAP_test_argv_trial = perf_event_open_raw ioctl
WRAP_test_argv_probe = file_read_all format_dir_open_tracefs argv_trial dynamic_events_define \
	dynamic_events_remove
WRAP_test_tracepoints = format_dir_open_tracefs
WRAP_test_path_trial = trial_run execve syscall
WRAP_test_path_probe = argv_probe_events kernel_types_find format_dir_open_tracefs \
	format_dir_read path_trial dynamic_events_define dynamic_events_remove
WRAP_test_typed = calloc malloc
WRAP_test_filter = calloc malloc
WRAP_test_buffer = realloc
WRAP_test_perf_event = syscall read
WRAP_test_alarm = perf_event_open_raw ioctl mmap munmap close
WRAP_test_cpu_ring = syscall ioctl mmap munmap close read malloc
WRAP_test_cpu_rings = cpu_ring_open cpu_ring_close cpu_ring_enable alarm_arm alarm_disarm cpu_watch_open cpu_watch_next_offline clock_gettime poll
WRAP_test_format_dir = lockdown_of_this_host detached_mount
WRAP_test_out_buffer = writev
WRAP_test_sink_json = reallocarray
WRAP_test_ancestry_cache = realloc
WRAP_test_argv_proc = realloc
WRAP_test_cgroup_names = malloc
WRAP_test_ring_stream = cpu_ring_open cpu_ring_close cpu_ring_unmap cpu_ring_add_scout cpu_ring_disable cpu_ring_newly_lost
WRAP_test_reorder = malloc
WRAP_test_cpu_progress = realloc
WRAP_test_tracer = clock_gettime spawn_find stop_is_asked
WRAP_test_wall_watch = clock_gettime timerfd_create timerfd_settime
WRAP_test_completer = calloc
WRAP_test_probed_execs = realloc
WRAP_test_notes = realloc
WRAP_test_task_facts = aligned_alloc calloc malloc realloc
WRAP_test_old_processes = calloc malloc realloc
WRAP_test_kept = calloc malloc
WRAP_test_descendants = task_table_find
WRAP_test_program = malloc
WRAP_test_exec_calls = malloc
WRAP_test_unfinished_execs = malloc
WRAP_test_shared_comm = aligned_alloc
WRAP_test_pool = aligned_alloc
WRAP_test_exit_evidence = calloc
WRAP_test_task_pages = aligned_alloc calloc realloc
WRAP_test_exit_statuses = calloc
AUTHORITY_CALLS = $(addprefix taskstats_,open close fd next overruns counts) \
	$(addprefix proc_connector_,open close fd next overruns counts)
WRAP_test_exit_authority = $(AUTHORITY_CALLS)
WRAP_test_record_statuses = $(AUTHORITY_CALLS) capture_writer_append_note
WRAP_test_exit_probe = fork perf_event_open_raw
WRAP_test_connector_source = proc_connector_open proc_connector_close proc_connector_probe \
	proc_connector_fd proc_connector_next proc_connector_counts perf_clock_now_ns \
	perf_clock_wall_offset proc_visit proc_program_read file_read_at poll calloc malloc realloc
WRAP_test_sideband_source = cpu_ring_open cpu_ring_close cpu_ring_add_scout cpu_ring_enable \
	cpu_ring_disable cpu_ring_newly_lost cpu_list_read proc_connector_open proc_connector_close proc_connector_fd \
	proc_connector_next proc_connector_counts perf_clock_now_ns perf_clock_wall_offset \
	proc_program_read file_read_at pidfd_probe pidfd_open_task pidfd_exit_status \
	limits_want_files proc_is_exiting proc_hides_tasks say_args calloc malloc
WRAP_test_pidfd = syscall ioctl
WRAP_test_exit_pidfds = pidfd_probe pidfd_open_task pidfd_exit_status limits_want_files \
	perf_clock_now_ns close calloc malloc
WRAP_test_sources = perf_source_type sideband_source_type connector_source_type \
	bpftrace_source_type execsnoop_source_type say_args
WRAP_test_task_names = calloc malloc
WRAP_test_identity = uname read
WRAP_test_wall_steps = perf_clock_now_ns perf_clock_wall_offset
NETLINK_CALLS = socket bind getsockname setsockopt getsockopt sendto recvmmsg malloc
WRAP_test_netlink_socket = $(NETLINK_CALLS)
WRAP_test_proc_connector = $(NETLINK_CALLS) calloc
WRAP_test_taskstats = $(NETLINK_CALLS) calloc file_read_at
WRAP_test_cpu_sequences = reallocarray
WRAP_test_diff = calloc malloc realloc
WRAP_test_sink_tree = calloc malloc
WRAP_test_sink_html = calloc malloc realloc
WRAP_test_compiler_call = calloc malloc realloc
WRAP_test_sink_compile_commands = calloc malloc realloc
WRAP_test_sink_perfetto = calloc malloc realloc
WRAP_test_lives = malloc realloc
WRAP_test_sink_summary = calloc malloc realloc
WRAP_test_critical_path = calloc malloc
WRAP_test_short_arguments = calloc malloc realloc
WRAP_test_redact = calloc malloc realloc
WRAP_test_closer = syscall
WRAP_test_landlock = syscall
WRAP_test_sandbox = landlock_restrict syscalls_restrict
WRAP_test_syscalls = seccomp_init seccomp_load
wrap = $(foreach call,$(WRAP_$(notdir $(1))),-Wl,--wrap=$(call))

# A test that needs more than the library names it here: OBJECTS_test_NAME = object...
OBJECTS_test_fuzz_corpus = $(FUZZ_OBJECTS)
.SECONDEXPANSION:
$(BUILD)/tests/unit/%: tests/unit/%.c $$(OBJECTS_$$(notdir $$*)) $(LIBRARY) $(TEST_SUPPORT) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) -Itests/unit $(ALL_CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) \
		$(call wrap,$@) -o $@ $< $(OBJECTS_$(notdir $*)) $(TEST_SUPPORT) $(LIBRARY) $(TEST_LIBS) $(LDLIBS)

$(BUILD)/tests/live/%: tests/live/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< -pthread

# FUZZ_TARGETS="decoder" FUZZ_SECONDS=600 make fuzz. What it finds is kept in build/fuzz/corpus;
# inputs that fail, in build/fuzz/found.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_CFLAGS := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all \
	-fno-omit-frame-pointer

$(BUILD)/fuzz_%: tests/fuzz/entry.c $(BUILD)/tests/fuzz/fuzz_%.o $(LIBRARY)
	$(call say,FUZZ,$@)
	$(Q)$(CC) -DFUZZ_TARGET=fuzz_$* $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ \
		$(PACKAGE_LIBS) $(LDLIBS)

.PHONY: fuzz fuzzers
fuzzers: $(FUZZ_TARGETS:%=$(BUILD)/fuzz_%)  ## build them, with the options that fuzz gives
fuzz:  ## run the fuzz targets for FUZZ_SECONDS (60) each, with clang
	$(Q)$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang CFLAGS='$(FUZZ_CFLAGS)' fuzzers
	$(Q)set -e; for target in $(FUZZ_TARGETS); do \
		mkdir -p build/fuzz/corpus/$$target build/fuzz/found; \
		echo "  FUZZ    $$target, $(FUZZ_SECONDS) s"; \
		build/fuzz/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
			-verbosity=0 -artifact_prefix=build/fuzz/found/$$target- \
			build/fuzz/corpus/$$target fixtures/corpus/$$target; \
	done

# Not to be made anew for each test.
.SECONDARY: $(TEST_SUPPORT) $(FUZZ_OBJECTS)

.PHONY: tests
tests: all $(UNIT_TESTS) $(LIVE_PROGRAMS) $(BENCH_PROGRAMS)  ## build the program and its tests

# In two makes, so that what `deps` installs is there when the second one asks pkg-config for it.
.PHONY: test check
test check:  ## install what is missing, build, run all tests
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory $(JOBS) tests
	$(Q)tests/run $(BUILD)

# make check-kernels KERNELS='amd64-6.12 s390x-newest'; tests/kernels/run --help lists kernels and options.
KERNEL_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/perf_exec_trace/kernels
.PHONY: check-kernels live-programs
check-kernels: live-programs  ## run the workloads under other kernels, emulated, or KERNELS=
	$(Q)tests/kernels/run --cache $(KERNEL_CACHE) $(KERNEL_OPTIONS) $(BUILD) $(KERNELS)
live-programs: all $(LIVE_PROGRAMS) $(BENCH_PROGRAMS)  ## build the program, the workloads of live tests and the loads of bench

# ---- everyday ----------------------------------------------------------------------------------

.PHONY: run
run:  ## install what is missing, build, show live traces of a small command
	$(Q)scripts/install-deps build
	$(Q)$(MAKE) --no-print-directory $(JOBS) all
	$(Q)scripts/demo $(BUILD)/$(PROGRAM)

.PHONY: deps
deps:  ## only install what building and testing need
	$(Q)scripts/install-deps test

UNIT := perf-exec-trace.service
# Laid out as here, so that links lead somewhere.
DOCS := README.md BENCHMARKS.md CONTRIBUTING.md LICENSE formats/README.md bench/instructions/README.md \
	contrib/$(UNIT).in $(sort $(wildcard docs/*.md docs/*.json docs/*.png))
FORMAT_FILES = $(shell cd formats && find * -type f)
# In the man page they are those of the usual PREFIX.
INSTALLED_PATHS = -e 's|/usr/local/share/doc/$(PROGRAM)|$(DOCDIR)|' \
	-e 's|/usr/local/share/$(PROGRAM)/formats|$(FORMATSDIR)|'

.PHONY: install
install: all  ## into $(DESTDIR)$(PREFIX)
	install -D -m 0755 $(BUILD)/$(PROGRAM) $(DESTDIR)$(BINDIR)/$(PROGRAM)
	sed $(INSTALLED_PATHS) man/$(PROGRAM).1 | \
		install -D -m 0644 /dev/stdin $(DESTDIR)$(MANDIR)/man1/$(PROGRAM).1
	install -D -m 0644 completions/$(PROGRAM).bash $(DESTDIR)$(BASHDIR)/$(PROGRAM)
	install -D -m 0644 completions/_$(PROGRAM) $(DESTDIR)$(ZSHDIR)/_$(PROGRAM)
	install -D -m 0644 completions/$(PROGRAM).fish $(DESTDIR)$(FISHDIR)/$(PROGRAM).fish
	set -e; for file in $(DOCS); do \
		install -D -m 0644 $$file $(DESTDIR)$(DOCDIR)/$$file; \
	done
	set -e; for file in $(FORMAT_FILES); do \
		install -D -m 0644 formats/$$file $(DESTDIR)$(FORMATSDIR)/$$file; \
	done

# For users without root: everybody, or with GROUP= those in it. PERF_CAPABILITY=cap_sys_admin where
# the kernel does not take cap_perfmon.
.PHONY: install-caps
install-caps: install  ## the same for users without root: all, or with GROUP= those in it
ifdef GROUP
	chown root:$(GROUP) $(DESTDIR)$(BINDIR)/$(PROGRAM)
	chmod 0750 $(DESTDIR)$(BINDIR)/$(PROGRAM)
endif
	scripts/grant-caps $(DESTDIR)$(BINDIR)/$(PROGRAM) $(PERF_CAPABILITY)

.PHONY: install-service
install-service: install  ## the same with a systemd unit
	install -d -m 0755 $(DESTDIR)$(UNITDIR)
	sed 's|@BINDIR@|$(BINDIR)|' contrib/$(UNIT).in > $(DESTDIR)$(UNITDIR)/$(UNIT)

OWN_DIRECTORIES = $(DOCDIR) $(FORMATSDIR) $(PREFIX)/share/$(PROGRAM)
.PHONY: uninstall
uninstall:  ## remove what install has put there, and nothing else
	rm -f $(addprefix $(DESTDIR),$(BINDIR)/$(PROGRAM) $(MANDIR)/man1/$(PROGRAM).1 \
		$(BASHDIR)/$(PROGRAM) $(ZSHDIR)/_$(PROGRAM) $(FISHDIR)/$(PROGRAM).fish \
		$(UNITDIR)/$(UNIT) $(DOCS:%=$(DOCDIR)/%) $(FORMAT_FILES:%=$(FORMATSDIR)/%))
	for directory in $(OWN_DIRECTORIES:%=$(DESTDIR)%); do \
		[ ! -d $$directory ] || find $$directory -depth -type d -empty -delete; \
	done

# make bench BENCH_OPTIONS=--offline; bench/run --help lists them.
# The least to start is a static program; not every distribution's libc can make one.
$(BUILD)/bench/tiny: BENCH_LDFLAGS = $(shell echo 'int main(void) { return 0; }' | \
	$(CC) -static -x c -o $(@D).static - 2>/dev/null && echo -static)
$(BUILD)/bench/%: bench/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,BENCH,$@)
	$(Q)$(CC) $(ALL_CPPFLAGS) -std=c17 $(WARNINGS) -O2 $(BENCH_LDFLAGS) -o $@ $< -pthread
.PHONY: bench
bench:  ## compare with other tracers; BENCH_OPTIONS= measures other things
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory $(JOBS) all $(BENCH_PROGRAMS)
	$(Q)bench/run $(BENCH_OPTIONS) $(BUILD)

C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
.PHONY: format format-check
format:  ## clang-format all sources
	clang-format -i $(C_FILES)
format-check:  ## look whether format would change any
	$(Q)clang-format --dry-run --Werror $(C_FILES)

# What looks at the source without running it. clang-tidy takes the most, so two at a time.
SHELL_FILES := .ci/run scripts/embed-page scripts/install-deps scripts/demo scripts/fetch-perfs scripts/grant-caps tests/kernels/init \
	completions/$(PROGRAM).bash
PYTHON_FILES = bench/run tests/run tests/kernels/run $(shell git ls-files -co --exclude-standard '*.py')
.PHONY: lint
lint:  ## format-check, clang-tidy, cppcheck, pyflakes, shellcheck, node, mandoc
	$(Q)$(MAKE) --no-print-directory format-check
	$(call say,LINT,clang-tidy)
	$(Q)printf '%s\n' $(SOURCES) $(BENCH_SOURCES) | xargs -P 2 -n 8 sh -c 'clang-tidy --quiet "$$@" -- \
		-std=c17 $(subst ','"'"',$(ALL_CPPFLAGS)) 2>/dev/null' clang-tidy
	$(call say,LINT,cppcheck)
	$(Q)cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppressions-list=.cppcheck --error-exitcode=1 -j 2 -Iinclude -D_GNU_SOURCE src bench
	$(call say,LINT,pyflakes)
	$(Q)$(firstword $(shell command -v pyflakes3 pyflakes) pyflakes) $(PYTHON_FILES)
	$(call say,LINT,shellcheck)
	$(Q)shellcheck $(SHELL_FILES)
	$(call say,LINT,scripts of the page)
	$(Q)if command -v node >/dev/null; then \
		cat $(filter %.js,$(PAGE_FILES)) | node --check --input-type=module -; \
	fi
	$(call say,LINT,mandoc)
	$(Q)mandoc -T lint -W warning man/$(PROGRAM).1

compile_commands.json: force  ## for clangd and the like, through bear
	bear -- $(MAKE) -B tests

.PHONY: clean
clean:  ## remove what was built
	rm -rf build compile_commands.json

.PHONY: help
help:  ## show this
	@sed -nE 's/^([a-z][a-z_. -]*):.*  ## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24
	@echo
	@echo 'Variables: V=1 shows commands, SAN=1 adds sanitizers, DEBUG=1 does not optimise, WERROR=1,'
	@echo 'CC=clang, PREFIX=, DESTDIR=, BUILD=, GROUP=, FUZZ_TARGETS=, FUZZ_SECONDS=, BENCH_OPTIONS=,'
	@echo 'KERNELS=, KERNEL_CACHE=, KERNEL_OPTIONS='
