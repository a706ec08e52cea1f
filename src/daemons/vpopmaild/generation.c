/*
 * Generations: their settings, sockets and keys, and what becomes of them.
 * A socket is handed from one to the next while the settings name it.
 */
#include "config.h"

#include "daemons/vpopmaild/generation.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/listen.h"

struct vpd_generation vpd_generations[VPD_GENERATIONS];
struct vpd_generation *vpd_current;

/* ---- listening -------------------------------------------------------- */

static int
same(const struct vpd_address *a, const struct vpd_address *b)
{
	return a->kind == b->kind && strcmp(a->text, b->text) == 0;
}

/* The same address of the present generation has its socket already. */
static int
find_listener(
    const struct vpd_generation *from, const struct vpd_address *address)
{
	for (int i = 0; from && i < from->setup.count; i++)
		if (same(&from->setup.addresses[i], address))
			return from->fds[i];
	return -1;
}

static int
listen_to(
    const struct vpd_generation *generation, const struct vpd_address *address)
{
	int fd = address->kind == VPD_UNIX ? vp_listen_unix(address->text, 0660,
						 generation->setup.worker_uid,
						 generation->setup.worker_gid)
					   : vp_listen_inet(address->text);

	char name[64];

	if (fd < 0) {
		vp_daemonlog(LOG_ERR, "cannot listen on '%s': %s",
		    address->text, strerror(errno));
		return -1;
	}
	vp_listen_name(fd, name, sizeof name);
	vp_daemonlog(LOG_NOTICE, "listening on %s%s",
	    *name ? name : address->text,
	    address->kind == VPD_TLS ? " (TLS)" : "");
	return fd;
}

/* Sockets that only "from" has. */
void
vpd_generation_unlisten(
    struct vpd_generation *from, const struct vpd_generation *other)
{
	for (int i = 0; i < from->setup.count; i++) {
		const struct vpd_address *address = &from->setup.addresses[i];

		if (from->fds[i] < 0 || find_listener(other, address) >= 0)
			continue;
		close(from->fds[i]);
		if (address->kind == VPD_UNIX)
			unlink(address->text);
		from->fds[i] = -1;
	}
}

static int
open_listeners(
    struct vpd_generation *generation, const struct vpd_generation *from)
{
	for (int i = 0; i < generation->setup.count; i++)
		generation->fds[i] = -1;
	for (int i = 0; i < generation->setup.count; i++) {
		const struct vpd_address *address =
		    &generation->setup.addresses[i];

		generation->fds[i] = find_listener(from, address);
		if (generation->fds[i] < 0)
			generation->fds[i] = listen_to(generation, address);
		if (generation->fds[i] < 0) {
			vpd_generation_unlisten(generation, from);
			return -1;
		}
	}
	return 0;
}

/* ---- generations ------------------------------------------------------ */

static struct vpd_generation *
free_generation(void)
{
	for (int i = 0; i < VPD_GENERATIONS; i++)
		if (vpd_generations[i].front == 0 &&
		    &vpd_generations[i] != vpd_current)
			return &vpd_generations[i];
	vp_daemonlog(LOG_ERR, "too many older connections: try again later");
	return NULL;
}

static int
read_settings(struct vpd_setup *ret_setup)
{
	struct vpop *vp = NULL;
	char error[512] = "no memory";
	int rc = -1;

	if (vpop_open(&vp, 0) == 0)
		rc = vpd_setup_read(vp, ret_setup, error, sizeof error);
	else if (vp)
		snprintf(error, sizeof error, "%s", vpop_message(vp));
	vpop_close(vp);
	if (rc != 0)
		vp_daemonlog(LOG_ERR, "%s", error);
	return rc;
}

void
vpd_generation_clear(struct vpd_generation *generation)
{
	vpd_setup_clear(&generation->setup);
	explicit_bzero(generation, sizeof *generation);
}

/* Start with the settings of now; the current generation stays if that
 * fails. */
int
vpd_generation_start(void)
{
	struct vpd_generation *generation = free_generation(),
			      *older = vpd_current;

	if (!generation || read_settings(&generation->setup) != 0)
		return -1;
	if (open_listeners(generation, older) != 0) {
		vpd_generation_clear(generation);
		return -1;
	}
	if (vpd_front_start(generation) != 0) {
		vp_daemonlog(LOG_ERR, "the front process does not start");
		vpd_generation_unlisten(generation, older);
		vpd_generation_clear(generation);
		return -1;
	}
	randombytes_buf(generation->key, sizeof generation->key);
	generation->has_root =
	    geteuid() == 0 && generation->setup.worker_uid != 0;
	generation->count =
	    (int)generation->setup.workers + generation->has_root;
	for (int i = 0; i < generation->count; i++)
		vpd_worker_start(generation, i);
	vp_daemonlog_open("vpopmaild", generation->setup.log_syslog);
	vpd_current = generation;
	if (!older)
		return 0;
	vpd_generation_unlisten(older, generation);
	if (older->front)
		vpd_order(older, VPD_ORDER_DRAIN, -1);
	else
		vpd_generation_clear(older);
	return 0;
}
