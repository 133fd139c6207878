// anchor - the public side of our search's figures: FAISS, exact, one thread
//
//	anchor flat|multihash DB N QUERIES Q RADIUS
//
// The first N hashes of DB and Q of QUERIES, raw, 32 bytes each.  Prints one
// line of KEY=VALUE: CPU seconds to build, what the process grew by then in
// bytes a hash, CPU microseconds a query (all in one call, the least of
// $REPS, 2), the median and the 99th of 100 for one query a call, how many
// matches there are and a sum over all of them, in any order: an engine with
// the same sum found the same.
#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/impl/AuxIndexStructures.h>

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace
{

constexpr size_t hash_len = 32;
constexpr int bits = 256, slots = 16, slot_bits = 16;

[[noreturn]] void
die(const char *what, const char *name)
{
	fprintf(stderr, "anchor: %s '%s'\n", what, name);
	exit(65);
}

double
cpu()
{
	timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return double(t.tv_sec) + double(t.tv_nsec) / 1e9;
}

double
resident()
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f) {
		if (fscanf(f, "%*d %ld", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return double(pages) * double(sysconf(_SC_PAGESIZE));
}

std::vector<uint8_t>
hashes(const char *path, size_t n)
{
	std::vector<uint8_t> v(n * hash_len);
	FILE *f = fopen(path, "rb");

	if (!f || fread(v.data(), hash_len, n, f) != n)
		die("cannot read so many hashes from", path);
	fclose(f);
	return v;
}

std::unique_ptr<faiss::IndexBinary>
make(const std::string &engine, int radius)
{
	if (engine == "flat")
		return std::make_unique<faiss::IndexBinaryFlat>(bits);
	if (engine != "multihash")
		die("no such engine:", engine.c_str());

	auto index = std::make_unique<faiss::IndexBinaryMultiHash>(
	    bits, slots, slot_bits);
	index->nflip = radius / slots; // with fewer it would miss some
	return index;
}

uint64_t
mix(uint64_t query, uint64_t id, uint64_t distance)
{
	uint64_t z = query * 0x9e3779b97f4a7c15 ^ id * 0xbf58476d1ce4e5b9 ^
	    distance * 0x94d049bb133111eb;

	z ^= z >> 31;
	z *= 0xd6e8feb86659fd93;
	return z ^ z >> 29;
}

struct found {
	size_t matches = 0;
	uint64_t sum = 0;
};

found
add_up(const faiss::RangeSearchResult &res)
{
	found f;

	for (size_t q = 0; q < res.nq; q++)
		for (size_t i = res.lims[q]; i < res.lims[q + 1]; i++) {
			f.matches++;
			f.sum += mix(q, uint64_t(res.labels[i]),
			    uint64_t(res.distances[i]));
		}
	return f;
}

// Seconds for n queries in one call; FAISS means nearer than its radius.
double
search(const faiss::IndexBinary &index, const uint8_t *queries, size_t n,
    int radius, found *f)
{
	faiss::RangeSearchResult res(n);
	double start = cpu();

	index.range_search(
	    faiss::IndexBinary::idx_t(n), queries, radius + 1, &res);
	start = cpu() - start;
	if (f)
		*f = add_up(res);
	return start;
}

} // namespace

int
main(int argc, char *argv[])
{
	if (argc != 7) {
		fputs("usage: anchor flat|multihash DB N QUERIES Q RADIUS\n",
		    stderr);
		return 64;
	}
	const std::string engine = argv[1];
	const size_t n = strtoul(argv[3], nullptr, 10);
	const size_t q = strtoul(argv[5], nullptr, 10);
	const int radius = atoi(argv[6]);
	const char *env = getenv("REPS");
	const int reps = env ? atoi(env) : 2;

	if (n == 0 || q == 0 || radius < 0 || radius >= bits)
		die("nothing to do for radius", argv[6]);
	omp_set_num_threads(1);

	const auto db = hashes(argv[2], n), queries = hashes(argv[4], q);
	auto index = make(engine, radius);
	const double before = resident();
	double build = cpu();
	index->add(faiss::IndexBinary::idx_t(n), db.data());
	build = cpu() - build;
	const double grown = resident() - before;

	found f;
	double best = search(*index, queries.data(), q, radius, &f);
	for (int i = 1; i < reps; i++)
		best = std::min(
		    best, search(*index, queries.data(), q, radius, nullptr));

	std::vector<double> one(
	    std::min<size_t>(q, engine == "flat" ? 20 : 200));
	for (size_t i = 0; i < one.size(); i++)
		one[i] =
		    search(*index, &queries[i * hash_len], 1, radius, nullptr);
	std::sort(one.begin(), one.end());

	printf("engine=%s n=%zu q=%zu radius=%d build_s=%.3f bytes=%.1f "
	       "us=%.2f p50_us=%.1f p99_us=%.1f matches=%zu "
	       "sum=%016" PRIx64 "\n",
	    engine.c_str(), n, q, radius, build, grown / double(n),
	    best / double(q) * 1e6, one[one.size() / 2] * 1e6,
	    one[one.size() * 99 / 100] * 1e6, f.matches, f.sum);
	return 0;
}
