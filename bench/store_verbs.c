/*
 * What one verb of an account store costs in a large and in a small domain,
 * without the start of a program and the connection.
 *
 *     store_verbs STORE LARGE [SETTING=VALUE ...]
 *
 * STORE is sqlite, mysql or pgsql.  The accounts of large.test are made first,
 * 2000 in a transaction.  Then each verb runs in large.test and in small.test
 * (1000 accounts), on names drawn without order, each a change of its own.  A
 * line says: median and mean in microseconds of both domains and their
 * ratios; processor time of this process; how many statements a verb is, and
 * how many were prepared in all.
 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "store/sql/link.h"
#include "store/sql/stores.h"

enum { SMALL = 1000, RUNS = 6000, TURN = 2000, CHUNK = 2000 };

static char **settings;
static const struct vpop_store_ops *ops;
static struct vpop_store *store;

static int __attribute__((format(printf, 4, 5)))
fail(struct vpop *vp, int code, int errnum, const char *format, ...)
{
	va_list args;

	(void)vp;
	(void)errnum;
	fputs("store_verbs: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

static const char *
setting(const struct vpop *vp, const char *name)
{
	size_t size = strlen(name);

	(void)vp;
	for (char **s = settings; *s; s++)
		if (strncmp(*s, name, size) == 0 && (*s)[size] == '=')
			return *s + size + 1;
	return NULL;
}

static const struct vpop_store_host host = {
	.abi = VPOP_STORE_ABI,
	.size = sizeof(struct vpop_store_host),
	.fail = fail,
	.setting = setting,
};

static void
must(int is_good)
{
	if (!is_good)
		exit(EXIT_FAILURE);
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- accounts ------------------------------------------------------------ */

static void
make_user(const struct vpop_domain *domain, unsigned long number,
    const char *gecos, struct vpop_user *user)
{
	*user = (struct vpop_user){ .uid = 1 };
	snprintf(user->name, sizeof user->name, "user%08lu", number);
	snprintf(user->passwd, sizeof user->passwd,
	    "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N"
	    "2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.");
	snprintf(user->gecos, sizeof user->gecos, "%s", gecos);
	snprintf(
	    user->dir, sizeof user->dir, "%.100s/%s", domain->dir, user->name);
	snprintf(user->quota, sizeof user->quota, "NOQUOTA");
}

static void
fill(const struct vpop_domain *domain, unsigned long count)
{
	struct vpop_user user;

	must(ops->domain_add(store, domain) == 0);
	for (unsigned long i = 0; i < count; i++) {
		if (i % CHUNK == 0)
			must(ops->begin(store, domain) == 0);
		make_user(domain, i, "User", &user);
		must(ops->user_put(store, domain, &user, VPOP_PUT_ADD) == 0);
		if (i % CHUNK == CHUNK - 1 || i == count - 1)
			must(ops->commit(store) == 0);
	}
}

/* ---- verbs --------------------------------------------------------------- */

static void
lookup(const struct vpop_domain *domain, unsigned long number, int run)
{
	struct vpop_user user, found;

	(void)run;
	make_user(domain, number, "", &user);
	must(ops->user_get(store, domain, user.name, &found) == 1);
}

static void
change(const struct vpop_domain *domain, unsigned long number, int run)
{
	struct vpop_user user;
	char gecos[32];

	snprintf(gecos, sizeof gecos, "Name %d", run);
	make_user(domain, number, gecos, &user);
	must(ops->user_put(store, domain, &user, VPOP_PUT_REPLACE) == 0);
}

/* Names between the others, the same for add and delete. */
static void
new_user(const struct vpop_domain *domain, unsigned long number, int run,
    struct vpop_user *user)
{
	make_user(domain, number, "New", user);
	size_t size = strlen(user->name);
	snprintf(user->name + size, sizeof user->name - size, ".%d", run);
}

static void
add(const struct vpop_domain *domain, unsigned long number, int run)
{
	struct vpop_user user;

	new_user(domain, number, run, &user);
	must(ops->user_put(store, domain, &user, VPOP_PUT_ADD) == 0);
}

static void delete (
    const struct vpop_domain *domain, unsigned long number, int run)
{
	struct vpop_user user;

	new_user(domain, number, run, &user);
	must(ops->user_delete(store, domain, user.name) == 0);
}

typedef void verb_fn(
    const struct vpop_domain *domain, unsigned long number, int run);

struct result {
	double times[RUNS], cpu, median, mean;
	unsigned long runs, prepares;
};

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
run_once(verb_fn *verb, const struct vpop_domain *domain, unsigned long count,
    int run, struct result *result)
{
	/* A full period through the numbers: the same sequence every time. */
	uint64_t drawn = ((uint64_t)run + 1) * UINT64_C(0x9E3779B97F4A7C15);
	unsigned long number = (unsigned long)((drawn >> 20) % count);
	struct vp_sql_counts before = vp_sql_counts;
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	double start = seconds(CLOCK_MONOTONIC);

	verb(domain, number, run);
	result->times[run] = (seconds(CLOCK_MONOTONIC) - start) * 1e6;
	result->cpu += (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6;
	result->runs += vp_sql_counts.runs - before.runs;
	result->prepares += vp_sql_counts.prepares - before.prepares;
}

static void
sum_up(struct result *result)
{
	result->mean = 0;
	for (int i = 0; i < RUNS; i++)
		result->mean += result->times[i] / RUNS;
	qsort(result->times, RUNS, sizeof *result->times, compare);
	result->median = result->times[RUNS / 2];
}

static void
measure(const char *name, verb_fn *verb, const struct vpop_domain *large,
    unsigned long count, const struct vpop_domain *small)
{
	static struct result results[2];

	memset(results, 0, sizeof results);
	/* In turns, so that the machine's speed is that of both; in long ones,
	 * so that what the server does later is paid by who caused it. */
	for (int run = 0; run < RUNS; run += TURN)
		for (int i = 0; i < 2 * TURN; i++)
			run_once(verb, i < TURN ? large : small,
			    i < TURN ? count : SMALL, run + i % TURN,
			    &results[i >= TURN]);
	sum_up(&results[0]);
	sum_up(&results[1]);
	printf("%-8s %8.0f %8.0f %6.2f   %8.0f %8.0f %6.2f   %6.0f %6.0f   "
	       "%.2f %lu\n",
	    name, results[0].median, results[1].median,
	    results[0].median / results[1].median, results[0].mean,
	    results[1].mean, results[0].mean / results[1].mean,
	    results[0].cpu / RUNS, results[1].cpu / RUNS,
	    (double)results[0].runs / RUNS, results[0].prepares);
	fflush(stdout);
}

static void
list(const struct vpop_domain *domain)
{
	struct vpop_store_users *users;
	struct vpop_user user;
	struct rusage usage;
	unsigned long count = 0;
	double start = seconds(CLOCK_MONOTONIC);

	must(ops->users_open(store, domain, NULL, &users) == 0);
	while (ops->users_next(users, &user) == 1)
		count++;
	ops->users_close(users);
	getrusage(RUSAGE_SELF, &usage);
	printf("list     %lu accounts, %.0f/s, peak memory %ld MiB\n", count,
	    (double)count / (seconds(CLOCK_MONOTONIC) - start),
	    usage.ru_maxrss / 1024);
}

/* ---- main ---------------------------------------------------------------- */

static const struct vpop_store_ops *
find_store(const char *name)
{
#ifdef WITH_MARIADB
	if (strcmp(name, "mysql") == 0)
		return &vp_store_mysql;
#endif
#ifdef WITH_PGSQL
	if (strcmp(name, "pgsql") == 0)
		return &vp_store_pgsql;
#endif
	return strcmp(name, "sqlite") == 0 ? &vp_store_sqlite : NULL;
}

int
main(int argc, char **argv)
{
	static const struct vpop_domain large = { .name = "large.test",
		.real = "large.test",
		.dir = "/home/domains/large.test" };
	static const struct vpop_domain small = { .name = "small.test",
		.real = "small.test",
		.dir = "/home/domains/small.test" };

	if (argc < 3 || !(ops = find_store(argv[1]))) {
		fputs("usage: store_verbs STORE LARGE [SETTING=VALUE ...]\n",
		    stderr);
		return EXIT_FAILURE;
	}
	unsigned long count = strtoul(argv[2], NULL, 10);
	settings = argv + 3;
	must(count >= SMALL && ops->open(&host, &store) == 0);
	double start = seconds(CLOCK_MONOTONIC);
	fill(&large, count);
	printf("fill     %.0f accounts/s\n",
	    (double)count / (seconds(CLOCK_MONOTONIC) - start));
	fill(&small, SMALL);
	printf("%-8s %8s %8s %6s   %8s %8s %6s   %6s %6s   %s\n", "us",
	    "median", "1000", "ratio", "mean", "1000", "ratio", "cpu", "1000",
	    "statements, prepared");
	measure("lookup", lookup, &large, count, &small);
	measure("add", add, &large, count, &small);
	measure("change", change, &large, count, &small);
	measure("delete", delete, &large, count, &small);
	list(&large);
	ops->close(store);
	return EXIT_SUCCESS;
}
