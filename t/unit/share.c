/* Shares: any k of n give the secret, another way of reckoning says so too. */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "blake.h"
#include "vault_keys.h"

#define N 255

static uint8_t power[255], place_of[256]; /* of the generator 3 */
static uint8_t secret[VAULT_SECRET], random_[N][VAULT_SECRET],
    share[N][VAULT_SECRET];

static void
tables(void)
{
	unsigned x = 1;

	for (unsigned i = 0; i < 255; i++) {
		power[i] = (uint8_t)x;
		place_of[x] = (uint8_t)i;
		x ^= x << 1;
		if (x & 0x100)
			x ^= 0x11b;
	}
}

static uint8_t
times(uint8_t a, uint8_t b)
{
	return a && b ? power[(place_of[a] + place_of[b]) % 255] : 0;
}

/* Does every share hold the value of the polynomial there? */
static int
as_defined(size_t k, size_t n)
{
	uint8_t want, x;

	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; b < VAULT_SECRET; b++) {
			want = secret[b];
			x = (uint8_t)(i + 1);
			for (size_t c = 1; c < k; c++) {
				want ^= times(random_[c - 1][b], x);
				x = times(x, (uint8_t)(i + 1));
			}
			if (share[i][b] != want)
				return 0;
		}
	return 1;
}

/* Do the m shares from each of some places on, step apart, make the secret? */
static int
joins(size_t n, size_t m, size_t step)
{
	const uint8_t *some[N];
	uint8_t place[N], back[VAULT_SECRET];

	for (size_t from = 0; from < n; from++) {
		for (size_t i = 0; i < m; i++) {
			place[i] = (uint8_t)((from + i * step) % n + 1);
			some[i] = share[place[i] - 1];
		}
		vault_join(place, some, m, back);
		if (memcmp(back, secret, sizeof back) != 0)
			return 0;
	}
	return 1;
}

static void
cut(size_t k, size_t n)
{
	ct_random(secret, sizeof secret);
	ct_random(random_, sizeof random_);
	vault_split(secret, random_[0], k, n, share);
	ok(as_defined(k, n), "%zu of %zu: as defined", k, n);
	ok(joins(n, k, 1), "  any %zu in turn give it back", k);
	ok(joins(n, k, n - 1), "  in another order");
	ok(joins(n, n, 1), "  all of them, too");
	ok(k == 1 || !joins(n, k - 1, 1), "  one less does not");
	share[n - 1][31] ^= 1;
	ok(!joins(n, n, 1), "  nor if one is wrong");
}

int
main(void)
{
	tables();
	cut(2, 3);
	cut(2, 2);
	cut(3, 5);
	cut(7, 11);
	cut(16, 16);
	cut(64, 64);
	cut(2, 255);
	done();
}
