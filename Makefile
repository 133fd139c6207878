# ct - find known abuse imagery among files, report it, keep the evidence.
# GNU make.  make, make check, make demo, make lint, make asan, make install
VERSION = 0.1
PREFIX  = /usr/local
BINDIR  = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec/ct
DATADIR = $(PREFIX)/share/ct
MANDIR  = $(PREFIX)/share/man
LIBDIR  = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include

PKGS    = libcurl libxml-2.0 jansson libjpeg libpng libwebp libsodium \
          libcrypto sqlite3 libmicrohttpd zlib
# 0: no ct-decode-video, and nothing of libav*
VIDEO   = 1
ifneq ($(VIDEO),0)
PKGS   += libavformat libavcodec libavutil libswscale libwebpdemux
endif
PKGCONF = pkg-config
CFLAGS  = -O2 -g
STD     = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
WARN    = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
          -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
          -Wformat=2 -Wvla -Wundef -Wdouble-promotion
# the same bits from every kernel, compiler and CPU
FLOAT   = -ffp-contract=off -fno-fast-math
# of these two, what the compiler knows on its machine; clang 14 has the second
# only behind a flag that it says it will take away
MORE   := $(shell for f in -fcf-protection -ftrivial-auto-var-init=zero; do \
	    $(CC) -Werror $$f -xc -c -o /dev/null /dev/null 2>/dev/null && \
	    echo $$f; done)
HARDEN  = -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2 $(MORE)
INCLUDE = -Ilib/core -Ilib/tool
DEFINE  = -DCT_VERSION='"$(VERSION)"' -DCT_LIBEXECDIR='"$(LIBEXECDIR)"' \
          -DCT_DATADIR='"$(DATADIR)"'
ALL_CFLAGS = $(STD) $(WARN) $(WERROR) $(FLOAT) $(HARDEN) $(INCLUDE) $(DEFINE) \
          $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
PKG_CFLAGS := $(shell $(PKGCONF) --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell $(PKGCONF) --libs $(PKGS) 2>/dev/null) -lm -lpthread

# A part may include only parts before it in these lists (make layers), and
# only the part named in lib/tool/FOREIGN a foreign header.
CORE = err cpu hex ham pdna near pdq vpdq tmk set url
TOOL = prog base64 os clock file blake tally scan rec conf authority cred store keyfile rest signet audit auditor net http s3 hook bytes xml digest number image thumb heif \
       worker decode video av tile frame fetch cache hasher hashrun entry clip listfile lister list source match seen offence verdict queue item serve review syncdb schema report outbox tipline filing \
       vault preserve sign webhook enrich classify act feedback stats sandbox scanner clamd

CMDS     := $(patsubst cmd/%.c,%,$(wildcard cmd/ct-*.c))
LIBEXEC  = ct-decode ct-decode-video
UNITS    := $(patsubst %.c,%,$(wildcard t/unit/*.c))
BENCHES  := $(patsubst %.c,%,$(wildcard t/bench/*.c))
BROKEN   := $(patsubst %.c,%,$(wildcard t/broken/*.c))
TOOLS    := $(patsubst %.c,%,$(wildcard t/tool/*.c))
FUZZ     := $(patsubst %.c,%,$(filter-out t/fuzz/main.c,$(wildcard t/fuzz/*.c)))
CORE_O   := $(patsubst %.c,%.o,$(wildcard lib/core/*.c))
TOOL_O   := $(patsubst %.c,%.o,$(wildcard lib/tool/*.c))
ifeq ($(VIDEO),0)
CMDS     := $(filter-out ct-decode-video,$(CMDS))
TOOL_O   := $(filter-out lib/tool/av.o lib/tool/av_%.o,$(TOOL_O))
BENCHES  := $(filter-out t/bench/video,$(BENCHES))
TOOLS    := $(filter-out t/tool/hashall,$(TOOLS))
endif
VIDEO_BENCH = t/bench/tmk t/bench/clips $(filter t/bench/video,$(BENCHES))
LIBS     = libctool.a libct.a

# make V=1 shows the commands whole
Q = $(if $(V),,@)
SAY = $(if $(V),:,echo)

all: $(CMDS)

# says what is missing, in place of a compiler's guess
deps:
	@$(PKGCONF) --print-errors --exists $(PKGS) || \
	    { echo 'scripts/deps installs what is missing' >&2; exit 1; }
$(CORE_O) $(TOOL_O) $(CMDS:%=cmd/%.o): | deps

$(CMDS): %: cmd/%.o $(LIBS)
	@$(SAY) '  link $@'
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

libct.a: $(CORE_O)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
libctool.a: $(TOOL_O)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

%.o: %.c
	@$(SAY) '  cc   $<'
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# the schema and the page as bytes, compiled in: no file to find at run time
PAGE_INC := $(patsubst %,%.inc,$(wildcard lib/tool/serve_*.html \
            lib/tool/serve_*.css lib/tool/serve_*.js))
lib/tool/schema.o: lib/tool/cybertipline.inc
lib/tool/serve_page.o: $(PAGE_INC)
AS_BYTES = od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g' >$@.tmp && mv $@.tmp $@
%.inc: %.xsd
	$(Q)$(AS_BYTES)
$(PAGE_INC): %.inc: %
	$(Q)$(AS_BYTES)

$(UNITS) $(TOOLS) $(BENCHES): %: %.o $(LIBS)
	@$(SAY) '  link $@'
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) \
	    $(LIBS) $(PKG_LIBS)

# what it is made of
t/tool/hostile: $(patsubst %.c,%.o,$(wildcard t/hostile/*.c))
t/tool/jq: $(patsubst %.c,%.o,$(wildcard t/jq/*.c))
t/tool/browse: $(patsubst %.c,%.o,$(wildcard t/browse/*.c))
t/unit/decode: t/decode/bad.o
# it only looks on, thousands of times
t/tool/jq t/tool/jq.o t/jq/%.o: private override CFLAGS = -O2 -g -fPIE

# a program, broken on purpose: the tests must find it
t/broken/no-journal t/broken/late-journal: WRAP = ct_outbox_note
t/broken/no-sync: WRAP = sqlite3_exec
t/broken/no-journal t/broken/late-journal t/broken/no-sync: PROGRAM = ct-submit
PROGRAM = ct-preserve
t/broken/no-wipe: WRAP = sodium_memzero
t/broken/keeps-key: WRAP = ct_random
t/broken/no-object-sync t/broken/no-place-sync: WRAP = fsync
t/broken/no-line-sync: WRAP = fdatasync
t/broken/late-line: WRAP = vault_log ct_vault_leave
t/broken/early-end: WRAP = vault_log
t/broken/no-behind: WRAP = audit_line_make
t/broken/no-row-sync: WRAP = fdatasync
t/broken/no-row-sync: PROGRAM = ct-seen
t/broken/no-behind: MAIN = t/unit/audit_hole.o
t/broken/no-behind: t/unit/audit_hole.o
MAIN = cmd/$(PROGRAM).o
$(BROKEN): %: %.o cmd/ct-submit.o cmd/ct-preserve.o cmd/ct-seen.o $(LIBS)
	@$(SAY) '  link $@'
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(WRAP:%=-Wl,--wrap=%) -o $@ \
	    $< $(MAIN) $(LIBS) $(PKG_LIBS)

PRELOADS := $(patsubst %.c,%.so,$(wildcard t/*.c))
$(PRELOADS): t/%.so: t/%.c
	$(Q)$(CC) $(STD) $(WARN) $(PKG_CFLAGS) -shared -fPIC -o $@ $< -ldl

# those that take longest come first, so that all cores are done together; many
# of them wait, for servers and until a time is over, beside those that do not
LONG = $(wildcard $(patsubst %,t/%-*.t,8300 1300 8540 5320 8520 5220 8620 1505 9530 8700 8610 9520 \
       8530 7410 8600 8710 1310 7500 1200 5100 7540 4000 6110 3030 1220 1000 \
       8100 5020 7530 1520 3100 6120 3020 6130 6210 4600 5110 8200 1500 \
       7300 3550 1510 6420 4500 4200 6200)) \
       t/unit/near t/unit/audit t/unit/audit_tamper t/unit/lines t/unit/audit_hole
JOBS = $(shell echo $$(($$(nproc) * 3)))
check: all $(UNITS) $(TOOLS) $(FUZZ) $(BROKEN) $(PRELOADS)
	@PATH=$$PWD:$$PATH PROVEFLAGS='$(PROVEFLAGS)' scripts/run-tests $(JOBS) $(LONG) \
	    $(filter-out $(LONG),$(UNITS) $(sort $(wildcard t/*.t)))

# the table of the ways in which a list can be bad, and what came of each
cases: all $(TOOLS) $(PRELOADS)
	@PATH=$$PWD:$$PATH prove -v t/35*.t t/3600-feedback.t >cases.tmp; rc=$$?; \
	    grep '^# [0-9][0-9] |' cases.tmp | sort -s -k2,2n; rm -f cases.tmp; \
	    exit $$rc

# ct-submit, ct-preserve and ct-seen killed, and their power cut, at every system call
# there is: make check does it with some of them.  As root, or ext4 has no power
# cuts; STEP=7: only every 7th here, too; SWEEPS='t/61[12]0*.t': only ct-preserve
SWEEPS  = t/5100*.t t/5110*.t t/5120*.t t/5400*.t t/6110*.t t/6120*.t t/6210*.t \
          t/6420*.t t/8410*.t t/8440*.t t/8450*.t
sweep: all $(TOOLS) $(BROKEN) $(PRELOADS)
	PATH=$$PWD:$$PATH SWEEP=$(or $(STEP),1) prove -vj2 $(PROVEFLAGS) $(SWEEPS)

# the same tests, instrumented; LD_PRELOAD tests skip themselves
asan: clean
	$(MAKE) check CFLAGS='-O1 -g -fsanitize=address,undefined \
	    -fno-sanitize-recover=all' HARDEN= CT_SANITIZED=1

# speed as ratios, in a table; BIG=1: in 1e7 hashes, too; ONLY=match: only
# searching, ONLY=hash, lists, objects, report, rescan, review, seen,
# submit, upload, audit, vault, video.  The other programs of t/bench stand alone
bench: all t/bench/photo t/bench/speed t/bench/kernels t/bench/hashes \
    t/bench/fill t/bench/pages t/bench/near t/bench/lines t/bench/took t/bench/report \
    t/bench/filing t/bench/jobs t/bench/look t/bench/seal t/bench/stock t/bench/upload $(VIDEO_BENCH) t/tool/hostile t/tool/mklog t/tool/mkpix \
    t/tool/webbox
	@if $(FAISS_THERE); then $(MAKE) t/bench/anchor; else \
	    echo 'no FAISS rows: libfaiss-dev is missing (scripts/deps bench)'; fi
	PATH=$$PWD:$$PATH BIG=$(BIG) t/bench/run $(ONLY)

# FAISS, to measure against; no C++ but this, and nothing else needs it
FAISS   = -fopenmp -lfaiss -lopenblas
FAISS_THERE = echo 'int main() {}' | $(CXX) -xc++ -o /dev/null \
    -include faiss/IndexBinaryHash.h - $(FAISS) 2>/dev/null
t/bench/anchor: t/bench/anchor.cc
	@$(SAY) '  c++  $<'
	$(Q)$(CXX) -std=c++17 -Wall -Wextra $(WERROR) -O2 -g -o $@ $< $(FAISS)

# the core and its tests on another CPU, emulated; scripts/deps arm64
ARM64_CC = aarch64-linux-gnu-gcc
ARM64    := $(patsubst t/unit/%.c,t/arm64/%,$(wildcard t/unit/pdq_*.c \
	    t/unit/ham*.c t/unit/near*.c t/unit/pdna*.c t/unit/vpdq.c \
	    t/unit/tmk.c))
check-arm64: $(ARM64)
	prove $(PROVEFLAGS) -e qemu-aarch64 $(ARM64)
t/arm64/%: t/unit/%.c $(wildcard lib/core/*.[ch] t/unit/*.h)
	@$(SAY) '  arm64 $@'
	$(Q)mkdir -p $(@D)
	$(Q)$(ARM64_CC) $(STD) $(WARN) $(WERROR) $(FLOAT) -Ilib/core $(CFLAGS) \
	    -static -o $@ $< $(wildcard lib/core/*.c) -lm

demo: all $(TOOLS)
	scripts/demo

layers:
	scripts/layers $(CORE:%=lib/core/%) $(TOOL:%=lib/tool/%)

SOURCES = $(wildcard cmd/*.c lib/*/*.c)
SCRIPTS = $(wildcard scripts/* contrib/parallel/ct-* contrib/rabbitmq/ct-* \
          contrib/slurm/ct-* t/*.sh t/*.t t/bench/*.sh) contrib/systemd/ct-line \
          contrib/objectlock/ct-copy-locked contrib/matrix/ct-scan \
          contrib/nextcloud/ct-setup t/bench/run .ci/run
# two at a time, the largest first
lint: layers lib/tool/cybertipline.inc $(PAGE_INC)
	mandoc -Tlint -Wwarning man/*.[1-8]
	clang-format --dry-run -Werror $(wildcard cmd/*.c lib/*/*.[ch] t/*.[ch] \
	    t/*/*.[ch] t/*/*.cc)
	ls -S $(SOURCES) | xargs -P2 -I@ scripts/tidy @ -- $(STD) \
	    $(INCLUDE) $(DEFINE) $(PKG_CFLAGS)
	ls -S $(SCRIPTS) | xargs -P2 -n8 shellcheck -x
	cppcheck -q --std=c11 --error-exitcode=1 -j2 --inline-suppr \
	    --enable=warning,performance,portability $(INCLUDE) cmd lib

install: all install-lib
	mkdir -p $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) \
	    $(DESTDIR)$(DATADIR)/authority $(DESTDIR)$(DATADIR)/test \
	    $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man3 \
	    $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7
	install -m 755 $(filter-out $(LIBEXEC),$(CMDS)) scripts/ct-* \
	    $(DESTDIR)$(BINDIR)
	install -m 755 $(LIBEXEC) $(DESTDIR)$(LIBEXECDIR)
	install -m 644 lib/authority/*.conf $(DESTDIR)$(DATADIR)/authority
	install -m 644 lib/test/harmless.* $(DESTDIR)$(DATADIR)/test
	for n in 1 3 5 7; do install -m 644 man/*.$$n \
	    $(DESTDIR)$(MANDIR)/man$$n || exit 1; done

# the library for programs of one's own, see libct(3)
install-lib: libct.a
	mkdir -p $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/ct
	install -m 644 libct.a $(DESTDIR)$(LIBDIR)
	install -m 644 $(CORE:%=lib/core/%.h) lib/core/ct.h \
	    $(DESTDIR)$(INCLUDEDIR)/ct
	printf '%s\n' 'Name: libct' 'Version: $(VERSION)' \
	    'Description: hash pictures, search known hashes' \
	    'Cflags: -I$(INCLUDEDIR)' 'Libs: -L$(LIBDIR) -lct -lm -pthread' \
	    >$(DESTDIR)$(LIBDIR)/pkgconfig/libct.pc

dist:
	git archive --prefix=ct-$(VERSION)/ -o ct-$(VERSION).tar.gz HEAD

clean:
	rm -f $(CMDS) $(UNITS) $(TOOLS) $(BENCHES) $(FUZZ) $(BROKEN) $(LIBS) $(PRELOADS) \
	    t/bench/anchor \
	    lib/tool/*.inc */*.[od] */*/*.[od]
	rm -rf $(FUZZED) t/arm64

# every target with its corpus: t/1410-corpora.t runs them, built with a plain
# main; make fuzz goes on from there with clang's libFuzzer, SECONDS each
$(FUZZ): %: %.o t/fuzz/main.o $(LIBS)
	@$(SAY) '  link $@'
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

FUZZED  = t/fuzz/obj
SANITIZE = address,undefined
FUZZ_O  = $(CORE_O:%=$(FUZZED)/%) $(TOOL_O:%=$(FUZZED)/%)
$(FUZZED)/%.o: %.c
	@mkdir -p $(@D)
	@$(SAY) '  fuzz $<'
	$(Q)clang $(STD) $(INCLUDE) $(DEFINE) $(PKG_CFLAGS) -g -O1 -MMD -MP \
	    -fsanitize=fuzzer-no-link,$(SANITIZE) -c -o $@ $<
$(FUZZED)/lib/tool/schema.o: lib/tool/cybertipline.inc
$(FUZZED)/lib/tool/serve_page.o: $(PAGE_INC)
$(FUZZED)/lib.a: $(FUZZ_O)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

fuzz: $(FUZZ:%=%.run)
t/fuzz/%.run: $(FUZZED)/t/fuzz/%.o $(FUZZED)/lib.a
	$(Q)clang -g -fsanitize=fuzzer,$(SANITIZE) -o $(FUZZED)/$* $^ \
	    $(PKG_LIBS)
	@mkdir -p $(FUZZED)/$*.found
	$(FUZZED)/$* -max_total_time=$(or $(SECONDS),60) -close_fd_mask=3 \
	    -artifact_prefix=$(FUZZED)/$*. $(FUZZED)/$*.found t/fuzz/$*.corpus
.PRECIOUS: $(FUZZED)/%.o

# damaged pictures by the million, through the ct-hash that is built
fuzz: fuzz-mutants
fuzz-mutants: all $(TOOLS)
	PATH=$$PWD:$$PWD/t/tool:$$PATH sh -c '. t/mutants.sh && \
	    mutants $(or $(COUNT),1000000)'

# and videos, and pictures of the rarer kinds
ifneq ($(VIDEO),0)
fuzz: fuzz-videos
endif
fuzz-videos: all $(TOOLS)
	PATH=$$PWD/t/tool:$$PATH; mutate --from $(or $(FROM),0) \
	    --count $(or $(COUNT),100000) t/data/golden/clips/* \
	    t/data/golden/pictures/* | hashall -d $${TMPDIR:-/tmp}

.PHONY: all deps check check-arm64 cases sweep fuzz fuzz-mutants fuzz-videos bench asan demo layers lint install install-lib dist clean
-include $(wildcard */*.d */*/*.d $(FUZZED)/*/*/*.d)
