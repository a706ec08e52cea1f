#include "config.h"

#include "daemons/vpopmaild/setup.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"

#define BLANKS " \t"

static int
add_addresses(struct vpd_setup *setup, enum vpd_kind kind, const char *list)
{
	AUTO_FREE char *copy = strdup(list);
	char *rest = copy, *word;

	if (!copy)
		return -1;
	while ((word = strsep(&rest, BLANKS))) {
		if (!*word)
			continue;
		if (setup->count == VPD_LISTENERS) {
			errno = E2BIG;
			return -1;
		}
		char *text = strdup(word);
		if (!text)
			return -1;
		setup->addresses[setup->count++] =
		    (struct vpd_address){ .kind = kind, .text = text };
	}
	return 0;
}

static const char *
text(struct vpop *vp, const char *name)
{
	const char *value = vpop_setting(vp, name);

	return value ? value : "";
}

static int64_t
number(struct vpop *vp, const char *name)
{
	int64_t value = 0;

	/* The table of settings has checked it. */
	vp_number(text(vp, name), 0, INT64_MAX, &value);
	return value;
}

static int
yes(struct vpop *vp, const char *name)
{
	return strcmp(text(vp, name), "yes") == 0;
}

static int
read_front(struct vpop *vp, struct vpd_setup *setup, char *error, size_t size)
{
	const char *name = text(vp, "vpopmaild_user");
	const struct passwd *pw = getpwnam(name);

	if (geteuid() != 0)
		return 0;
	if (!pw || pw->pw_uid == 0) {
		snprintf(error, size,
		    "vpopmaild_user: '%s' is no account without privileges",
		    name);
		return -1;
	}
	setup->front_uid = pw->pw_uid;
	setup->front_gid = pw->pw_gid;
	return 0;
}

/* Who owns mail; without root we are what we are. */
static void
read_worker(struct vpop *vp, struct vpd_setup *setup)
{
	setup->worker_uid = (uid_t)number(vp, "uid");
	setup->worker_gid = (gid_t)number(vp, "gid");
}

static int
read_texts(struct vpop *vp, struct vpd_setup *setup)
{
	setup->certificate = strdup(text(vp, "vpopmaild_certificate"));
	setup->key = strdup(text(vp, "vpopmaild_key"));
	setup->trusted = strdup(text(vp, "vpopmaild_trusted"));
	return setup->certificate && setup->key && setup->trusted ? 0 : -1;
}

static void
read_numbers(struct vpop *vp, struct vpd_setup *setup)
{
	setup->peer_login = yes(vp, "vpopmaild_peer_login");
	setup->log_syslog = yes(vp, "vpopmaild_syslog");
	setup->workers = number(vp, "vpopmaild_workers");
	setup->connections = number(vp, "vpopmaild_connections");
	setup->per_address = number(vp, "vpopmaild_connections_per_address");
	setup->idle = number(vp, "vpopmaild_idle_seconds");
	setup->login = number(vp, "vpopmaild_login_seconds");
	setup->write = number(vp, "vpopmaild_write_seconds");
	setup->account_failures = number(vp, "vpopmaild_account_failures");
	setup->address_failures = number(vp, "vpopmaild_address_failures");
	setup->forget = number(vp, "vpopmaild_forget_seconds");
	setup->delay = number(vp, "vpopmaild_login_delay");
}

static int
check(const struct vpd_setup *setup, char *error, size_t size)
{
	int tls = 0;

	for (int i = 0; i < setup->count; i++)
		tls |= setup->addresses[i].kind == VPD_TLS;
	if (setup->count == 0) {
		snprintf(error, size,
		    "nothing to listen on: set vpopmaild_tcp, vpopmaild_tls "
		    "or vpopmaild_unix");
		return -1;
	}
	if (tls && !*setup->certificate) {
		snprintf(
		    error, size, "vpopmaild_tls needs vpopmaild_certificate");
		return -1;
	}
	return 0;
}

int
vpd_setup_read(struct vpop *vp, struct vpd_setup *ret_setup, char *error,
    size_t error_size)
{
	struct vpd_setup setup = { .count = 0 };

	read_worker(vp, &setup);
	read_numbers(vp, &setup);
	if (read_texts(vp, &setup) != 0 ||
	    add_addresses(&setup, VPD_TCP, text(vp, "vpopmaild_tcp")) != 0 ||
	    add_addresses(&setup, VPD_TLS, text(vp, "vpopmaild_tls")) != 0 ||
	    add_addresses(&setup, VPD_UNIX, text(vp, "vpopmaild_unix")) != 0) {
		snprintf(error, error_size, "cannot read the settings: %s",
		    strerror(errno));
	} else if (read_front(vp, &setup, error, error_size) == 0 &&
		   check(&setup, error, error_size) == 0) {
		*ret_setup = setup;
		return 0;
	}
	vpd_setup_clear(&setup);
	return -1;
}

void
vpd_setup_clear(struct vpd_setup *setup)
{
	for (int i = 0; i < setup->count; i++)
		free(setup->addresses[i].text);
	free(setup->certificate);
	free(setup->key);
	free(setup->trusted);
	memset(setup, 0, sizeof *setup);
}

int
vpd_setup_trusts(const struct vpd_setup *setup, const char *ip)
{
	size_t length = strlen(ip);
	const char *word = setup->trusted;

	/* A Unix socket has no address. */
	if (length == 0)
		return 1;
	while (*(word += strspn(word, BLANKS))) {
		size_t size = strcspn(word, BLANKS);

		if (size == length && memcmp(word, ip, size) == 0)
			return 1;
		word += size;
	}
	return 0;
}
