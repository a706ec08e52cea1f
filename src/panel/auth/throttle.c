/*
 * A count is one number, the time at which its last failure is forgotten
 * (ends): a failure moves it one period into the future, and it may not get
 * further than limit periods.
 */
#include "config.h"

#include "panel/auth/throttle.h"

#include <arpa/inet.h>
#include <sodium.h>

#define KEY_BYTES     16
#define COUNTS        10000
#define KNOWN         100000
#define KNOWN_SECONDS (30 * 86400)

enum kind { OF_ACCOUNT, OF_ADDRESS, OF_BOTH };

struct key {
	unsigned char bytes[KEY_BYTES];
};

struct count {
	struct key key;
	int64_t limit, ends;
};

static struct key
key_of(enum kind kind, const char *account, const char *address)
{
	const unsigned char mark = (unsigned char)kind;
	crypto_generichash_state hash;
	struct key key;

	crypto_generichash_init(&hash, NULL, 0, sizeof key.bytes);
	crypto_generichash_update(&hash, &mark, 1);
	crypto_generichash_update(
	    &hash, (const unsigned char *)account, strlen(account) + 1);
	crypto_generichash_update(
	    &hash, (const unsigned char *)address, strlen(address));
	crypto_generichash_final(&hash, key.bytes, sizeof key.bytes);
	return key;
}

/* Somebody has all of an IPv6 network. */
static void
network_of(const char *address, char ret_text[INET6_ADDRSTRLEN])
{
	struct in6_addr bytes;

	snprintf(ret_text, INET6_ADDRSTRLEN, "%s", address);
	if (inet_pton(AF_INET6, address, &bytes) != 1)
		return;
	memset(bytes.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &bytes, ret_text, INET6_ADDRSTRLEN);
}

static struct vhd_value
key_value(const struct key *key)
{
	return vhd_bytes(key->bytes, sizeof key->bytes);
}

/* 1: this address knows the account; 0, or -1. */
static int
is_known(struct vhd_state *state, const struct key *key, int64_t now)
{
	sqlite3_stmt *query = vhd_state_query(state,
	    "SELECT 1 FROM known_login WHERE key = ?1 AND ends > ?2",
	    key_value(key), vhd_number(now));
	int rc = vhd_state_next(state, query);

	if (rc > 0)
		vhd_state_done(query);
	return rc;
}

/* The counts that an attempt has: 1 or 2 of them, or -1. */
static int
counts_of(struct vhd_state *state, const struct vhd_attempt *attempt,
    struct count counts[2])
{
	char network[INET6_ADDRSTRLEN];
	struct key both;
	int rc, n = 1;

	network_of(attempt->address, network);
	both = key_of(OF_BOTH, attempt->account, network);
	rc = is_known(state, &both, attempt->now);
	if (rc < 0)
		return -1;
	counts[0].key = rc ? both : key_of(OF_ACCOUNT, attempt->account, "");
	counts[0].limit = attempt->account_limit;
	if (*network) {
		counts[1].key = key_of(OF_ADDRESS, "", network);
		counts[1].limit = attempt->address_limit;
		n = 2;
	}
	return n;
}

static int
write_count(struct vhd_state *state, const struct count *count)
{
	return vhd_state_run(state,
		   "INSERT INTO throttle(key, ends) VALUES(?1, ?2)"
		   " ON CONFLICT(key) DO UPDATE SET ends = ?2",
		   key_value(&count->key), vhd_number(count->ends)) < 0
		   ? -1
		   : 0;
}

static int
read_count(struct vhd_state *state, const struct vhd_attempt *attempt,
    struct count *count)
{
	int64_t most = attempt->now + count->limit * attempt->forget;
	sqlite3_stmt *query = vhd_state_query(state,
	    "SELECT ends FROM throttle WHERE key = ?1", key_value(&count->key));
	int rc = vhd_state_next(state, query);

	count->ends = attempt->now;
	if (rc <= 0)
		return rc;
	if (sqlite3_column_int64(query, 0) > count->ends)
		count->ends = sqlite3_column_int64(query, 0);
	vhd_state_done(query);
	if (count->ends <= most)
		return 0;
	/* The clock was put back, or the settings are others: from now on. */
	count->ends = most;
	return write_count(state, count);
}

static int
make_room(struct vhd_state *state, int64_t now)
{
	if (vhd_state_run(state, "DELETE FROM throttle WHERE ends <= ?1",
		vhd_number(now)) < 0 ||
	    vhd_state_run(state,
		"DELETE FROM throttle WHERE key IN (SELECT key FROM throttle"
		" ORDER BY ends DESC LIMIT -1 OFFSET ?1)",
		vhd_number(COUNTS)) < 0)
		return -1;
	return 0;
}

static void
note_rate(const struct vhd_attempt *attempt, const struct count *count,
    struct vhd_rate *rate)
{
	int64_t most = attempt->now + count->limit * attempt->forget;
	int64_t ends = count->ends < most ? count->ends : most;
	int64_t left = (most - ends) / attempt->forget;

	if (rate->limit > 0 && left >= rate->remaining)
		return;
	rate->limit = count->limit;
	rate->remaining = left;
	rate->reset = ends - attempt->now;
}

/* Within a transaction. */
static int64_t
take(struct vhd_state *state, const struct vhd_attempt *attempt,
    struct vhd_rate *rate)
{
	struct count counts[2];
	int n = counts_of(state, attempt, counts);
	int64_t wait = 0;

	for (int i = 0; i < n; i++) {
		int64_t most = attempt->now + counts[i].limit * attempt->forget;

		if (read_count(state, attempt, &counts[i]) != 0)
			return -1;
		counts[i].ends += attempt->forget;
		if (counts[i].ends - most > wait)
			wait = counts[i].ends - most;
		note_rate(attempt, &counts[i], rate);
	}
	for (int i = 0; wait == 0 && i < n; i++)
		if (write_count(state, &counts[i]) != 0)
			return -1;
	if (n < 0 || (wait == 0 && make_room(state, attempt->now) != 0))
		return -1;
	return wait;
}

int64_t
vhd_throttle_take(struct vhd_state *state, const struct vhd_attempt *attempt,
    struct vhd_rate *ret_rate)
{
	int64_t wait;

	memset(ret_rate, 0, sizeof *ret_rate);
	if (vhd_state_begin(state) != 0)
		return -1;
	wait = take(state, attempt, ret_rate);
	if (vhd_state_end(state, wait < 0) != 0)
		return -1;
	return wait;
}

void
vhd_throttle_tell(struct vhd_call *call, const struct vhd_rate *rate)
{
	const int64_t values[] = { rate->limit, rate->remaining, rate->reset };

	for (int i = 0; rate->limit > 0 && i < 3; i++)
		vhd_call_header(call, VHD_REPLY_RATE_LIMIT + i, "%lld",
		    (long long)values[i]);
}

int
vhd_throttle_is_locked(
    struct vhd_state *state, const struct vhd_attempt *attempt)
{
	struct count counts[2];

	if (counts_of(state, attempt, counts) < 0 ||
	    read_count(state, attempt, &counts[0]) != 0)
		return -1;
	return counts[0].ends + attempt->forget >
	       attempt->now + counts[0].limit * attempt->forget;
}

static int
give_back(struct vhd_state *state, const struct vhd_attempt *attempt)
{
	struct count counts[2];
	int n = counts_of(state, attempt, counts);

	for (int i = 0; i < n; i++)
		if (vhd_state_run(state,
			"UPDATE throttle SET ends = ends - ?2 WHERE key = ?1",
			key_value(&counts[i].key),
			vhd_number(attempt->forget)) < 0)
			return -1;
	return n < 0 ? -1 : 0;
}

int
vhd_throttle_give_back(
    struct vhd_state *state, const struct vhd_attempt *attempt)
{
	if (vhd_state_begin(state) != 0)
		return -1;
	return vhd_state_end(state, give_back(state, attempt));
}

/* The account's failures are forgotten, but this attempt alone of those of
 * the address: one good account is no licence to try others. */
static int
right(struct vhd_state *state, const struct vhd_attempt *attempt)
{
	char network[INET6_ADDRSTRLEN];
	struct count counts[2];
	struct key both;

	if (give_back(state, attempt) != 0 ||
	    counts_of(state, attempt, counts) < 0 ||
	    vhd_state_run(state, "DELETE FROM throttle WHERE key = ?1",
		key_value(&counts[0].key)) < 0)
		return -1;
	network_of(attempt->address, network);
	both = key_of(OF_BOTH, attempt->account, network);
	if (vhd_state_run(state,
		"INSERT INTO known_login(key, ends) VALUES(?1, ?2)"
		" ON CONFLICT(key) DO UPDATE SET ends = ?2",
		key_value(&both), vhd_number(attempt->now + KNOWN_SECONDS)) < 0)
		return -1;
	return vhd_state_run(state,
		   "DELETE FROM known_login WHERE ends <= ?1 OR key IN"
		   " (SELECT key FROM known_login ORDER BY ends DESC"
		   " LIMIT -1 OFFSET ?2)",
		   vhd_number(attempt->now), vhd_number(KNOWN)) < 0
		   ? -1
		   : 0;
}

int
vhd_throttle_right(struct vhd_state *state, const struct vhd_attempt *attempt)
{
	if (vhd_state_begin(state) != 0)
		return -1;
	return vhd_state_end(state, right(state, attempt));
}
