#include "config.h"

#include "panel/api/site.h"

#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "daemons/common/daemonlog.h"
#include "panel/job/seal.h"
#include "panel/module/client.h"
#include "panel/state/state.h"
#include "panel/supervise/starter.h"

static void
note(void *arg, const char *sentence)
{
	(void)arg;
	vp_daemonlog(LOG_WARNING, "%s", sentence);
}

static void
warn(const char *sentence)
{
	vp_daemonlog(LOG_WARNING, "%s", sentence);
}

static int
open_modules(const struct vhd_settings *settings, struct vhd_site *site)
{
	const char *home = vpop_home(site->vp);
	AUTO_FREE char *folder = NULL;

	if (asprintf(&site->socket, "%s/" VHD_MODULES_SOCKET, home) < 0)
		site->socket = NULL;
	if (asprintf(&folder, "%s/etc/modules", home) < 0)
		folder = NULL;
	if (site->socket && folder)
		site->modules = vhd_modules_open(
		    settings->modules, site->socket, folder, warn);
	if (site->modules)
		return 0;
	vp_daemonlog(LOG_ERR, "no memory");
	return -1;
}

/* Bodies have passwords; jansson would leave them in free memory. */
static void
wipe_and_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

int
vhd_site_open(const struct vhd_settings *settings, struct vhd_site *site)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
	memset(site, 0, sizeof *site);
	if (vpop_open(&site->vp, 0) != 0) {
		vp_daemonlog(LOG_ERR, "%s",
		    site->vp ? vpop_message(site->vp) : "no memory");
		return -1;
	}
	vpop_set_notice(site->vp, note, NULL);
	return open_modules(settings, site);
}

int
vhd_site_ready(struct vhd_site *site)
{
	char error[VHD_STATE_ERROR];

	if (!site->state &&
	    vhd_state_open(site->vp, &site->state, error) != 0) {
		vp_daemonlog(LOG_ERR, "%s", error);
		return -1;
	}
	if (!site->seal)
		site->seal = vhd_seal_open(site->vp);
	if (site->seal)
		return 0;
	vp_daemonlog(LOG_ERR, "cannot use '%s/var/panel.key': %s",
	    vpop_home(site->vp), strerror(errno));
	return -1;
}

void
vhd_site_close(struct vhd_site *site)
{
	vhd_modules_close(site->modules);
	free(site->socket);
	vhd_seal_close(site->seal);
	vhd_state_close(site->state);
	vpop_close(site->vp);
}
