/*
 * Questions, and what they lead to.  Whoever asks decides neither how much is
 * kept nor how much is looked up: only what the account store knows is kept,
 * and look-ups of what it may know are bounded.
 */
#include "config.h"

#include "daemons/vusaged/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/vusaged/sweep.h"

#define QUERY_US     20000 /* longest look for the sake of a question */
#define DOMAIN_US    50000 /* the same for one of a domain */
#define LOOKUPS      200   /* of unknown domains a second */
#define ADDRESS_SIZE (VPOP_USER_SIZE + VPOP_DOMAIN_SIZE)

static const struct vp_answer unknown = { UINT64_MAX, UINT64_MAX };

/* ---- what was learnt ----------------------------------------------------- */

static void
box_going(void *arg, struct vp_box *box)
{
	vp_sweep_drop(arg, box);
}

struct vp_box *
vp_engine_learn(
    struct vp_engine *e, struct vp_domain *domain, const struct vpop_user *user)
{
	struct vp_box *box =
	    vp_box_learn(&e->site, domain, user->name, user->dir, box_going, e);

	if (!box)
		vp_daemonlog(LOG_NOTICE, "vusaged: cannot keep '%s@%s': %s",
		    user->name, domain->name, strerror(errno));
	return box;
}

/* To be looked up when there is time; once, and not more than so many. */
void
vp_engine_wish(struct vp_engine *e, const char *user, const char *domain)
{
	char *address;

	if (e->learn_count >= (size_t)e->set->queue_size ||
	    asprintf(&address, "%s@%s", user, domain) < 0)
		return;
	for (size_t i = 0; i < e->learn_count; i++)
		if (strcmp(e->learn[i], address) == 0) {
			free(address);
			return;
		}
	e->learn[e->learn_count++] = address;
}

static void
look_up(struct vp_engine *e, const char *address)
{
	char name[VPOP_USER_SIZE];
	const char *at = strchr(address, '@');
	struct vp_domain *domain = vp_site_domain(&e->site, at + 1);
	struct vpop_user user;
	struct vp_box *box;

	if (!domain || (size_t)(at - address) >= sizeof name)
		return;
	memcpy(name, address, (size_t)(at - address));
	name[at - address] = '\0';
	int code = vpop_user_get(e->vp, name, domain->name, &user);
	if (code == 0) {
		box = vp_engine_learn(e, domain, &user);
		if (box)
			vp_sweep_queue(e, box, 0);
	} else if (vpop_class(code) == VPOP_CLASS_ABSENT) {
		box = vp_domain_box(domain, name);
		if (box) {
			vp_sweep_drop(e, box);
			vp_box_forget(&e->site, box);
		}
	}
	explicit_bzero(&user, sizeof user);
}

void
vp_engine_look_up(struct vp_engine *e, size_t most)
{
	while (e->learn_count > 0 && most-- > 0) {
		char *address = e->learn[--e->learn_count];

		look_up(e, address);
		free(address);
	}
}

/* A domain that may be new.  Whoever asks for nonsense gets no more than so
 * many look-ups. */
static struct vp_domain *
find_domain(struct vp_engine *e, const char *name)
{
	struct vp_domain *domain = vp_site_domain(&e->site, name);
	struct vpop_domain entry;
	int64_t now = vp_now();

	if (domain || !e->has_passed)
		return domain;
	if (now >= e->lookups_until) {
		e->lookups_until = now + 1000000;
		e->lookups = 0;
	}
	if (e->lookups++ >= LOOKUPS ||
	    vpop_domain_get(e->vp, name, &entry) != 0)
		return NULL;
	domain = vp_site_learn(&e->site, &entry);
	if (domain) {
		vp_watch_domain(e->watches, domain);
		vp_sweep_changed(e, NULL, domain);
	}
	return domain;
}

/* ---- answers ------------------------------------------------------------- */

static struct vp_answer
ask_user(struct vp_engine *e, const char *name, const char *domain_name)
{
	struct vp_domain *domain = find_domain(e, domain_name);
	struct vp_box *box = domain ? vp_domain_box(domain, name) : NULL;
	struct vp_answer answer;

	if (!domain || *name == '\0')
		return unknown;
	if (!box) {
		vp_engine_wish(e, name, domain->name);
		return unknown;
	}
	if (vp_sweep_look(e, box, QUERY_US) == VP_SCAN_ABSENT)
		vp_engine_wish(e, name, domain->name);
	if ((box->flags & VP_BOX_UNREADABLE) || !(box->flags & VP_BOX_VERIFIED))
		return unknown;
	vp_box_usage(box, &answer.bytes, &answer.count);
	return answer;
}

static struct vp_answer
ask_domain(struct vp_engine *e, const char *name)
{
	struct vp_domain *domain = find_domain(e, name);

	if (!domain)
		return unknown;
	if (!vp_domain_is_known(domain))
		vp_sweep_hurry(e, domain, DOMAIN_US);
	if (!vp_domain_is_known(domain))
		return unknown;
	vp_sweep_refresh(e, domain, QUERY_US);
	return (struct vp_answer){ domain->bytes, domain->count };
}

struct vp_answer
vp_engine_query(struct vp_engine *e, const char *text, size_t size)
{
	char entry[ADDRESS_SIZE + 1];
	char *at;

	/* A NUL at the end is harmless. */
	while (size > 0 && text[size - 1] == '\0')
		size--;
	if (size == 0 || size >= sizeof entry || memchr(text, '\0', size))
		return unknown;
	memcpy(entry, text, size);
	entry[size] = '\0';
	vp_lower(entry);
	at = strchr(entry, '@');
	if (!at || !vp_is_clean(entry) || strchr(at + 1, '@') ||
	    strpbrk(entry, "/: "))
		return unknown;
	*at = '\0';
	return at == entry ? ask_domain(e, at + 1) : ask_user(e, entry, at + 1);
}

/* ---- life ---------------------------------------------------------------- */

static void
domain_going(void *arg, struct vp_domain *domain)
{
	vp_sweep_drop_domain(arg, domain);
}

int
vp_engine_domains(struct vp_engine *e)
{
	struct vpop_domains *cursor;
	struct vpop_domain entry;
	int code = vpop_domains_open(e->vp, NULL, &cursor);

	if (code != 0)
		return -1;
	e->site.pass++;
	while ((code = vpop_domains_next(cursor, &entry)) == 1) {
		struct vp_domain *domain = vp_site_learn(&e->site, &entry);

		if (domain)
			vp_watch_domain(e->watches, domain);
	}
	vpop_domains_close(cursor);
	if (code == 0)
		vp_site_forget(&e->site, domain_going, e);
	return code == 0 ? 0 : -1;
}

int
vp_engine_open(
    struct vp_engine *e, const struct vp_settings_file *set, struct vpop *vp)
{
	*e = (struct vp_engine){ .scan = { .fd = -1 } };
	vp_site_init(&e->site);
	vp_engine_reload(e, set, vp);
	e->wheel_time = vp_now();
	return e->learn ? 0 : -1;
}

void
vp_engine_reload(
    struct vp_engine *e, const struct vp_settings_file *set, struct vpop *vp)
{
	char **learn;

	e->set = set;
	e->vp = vp;
	while (e->learn_count > (size_t)set->queue_size)
		free(e->learn[--e->learn_count]);
	learn = realloc(e->learn, (size_t)set->queue_size * sizeof *learn);
	if (learn)
		e->learn = learn;
	if (e->site.by_name != set->by_name ||
	    e->site.count_dirs != set->count_dirs) {
		if (e->scan.box)
			vp_scan_end(&e->scan);
		vp_site_distrust(&e->site);
		e->pass_began = 0;
		e->is_hurried = 1;
	}
	e->site.by_name = set->by_name;
	e->site.count_dirs = set->count_dirs;
	vp_watches_close(e->watches);
	e->watches =
	    set->watches != 0
		? vp_watches_open(set->watches < 0 ? 0 : (size_t)set->watches,
		      vp_sweep_changed, e)
		: NULL;
	for (struct vp_domain *d = e->site.domains; d; d = d->next) {
		d->watch = -1;
		vp_watch_domain(e->watches, d);
	}
	vp_warn_close(e->warn);
	e->warn = vp_warn_open(set, vp);
}

void
vp_engine_stop_walks(struct vp_engine *e)
{
	for (struct vp_domain *d = e->site.domains; d; d = d->next) {
		if (d->cursor)
			d->wants_walk = 1;
		vpop_users_close(d->cursor);
		d->cursor = NULL;
	}
}

void
vp_engine_close(struct vp_engine *e)
{
	if (e->scan.box)
		vp_scan_end(&e->scan);
	vp_scan_close_domain();
	vp_watches_close(e->watches);
	vp_engine_stop_walks(e);
	vp_site_free(&e->site);
	vp_warn_close(e->warn);
	while (e->learn_count > 0)
		free(e->learn[--e->learn_count]);
	free(e->learn);
}
