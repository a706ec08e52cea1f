/*
 * The list of roaming addresses: records of the site's account store where
 * that keeps them, else etc/open-smtp.
 *
 * Every change is made under etc/open-smtp.lock, from reading the list to
 * the compiled rules, so that no login is lost.  The rules are compiled
 * first: after a crash in between, the next login from the address finds it
 * missing in the list and compiles again, and the next expiry closes it.
 * With records it is the other way round, because the store says whether the
 * address is new: after a crash the address stays closed until the rules are
 * compiled again, by the next new address or by the next expiry.
 *
 * What is no complete address never becomes a rule, wherever it comes from:
 * the rule of an empty address would open the relay for everybody.
 */
#include "config.h"

#include "core/relay.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/name.h"
#include "core/store.h"

#define LIST     "open-smtp"
#define LOCK     "open-smtp.lock"
#define RULE     ":allow,RELAYCLIENT=\"\",RBLSMTPD=\"\""
#define MAX_FILE (16 << 20)

/* The list while it is locked. */
struct relay {
	struct vpop *vp;
	int etc, lock;
	int is_there; /* the file exists */
	struct vp_relay_list list;
	const struct vpop_store_ops *ops; /* not NULL: records, no file */
	struct vpop_store *store;
};

static int
no_memory(struct vpop *vp)
{
	return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}

static int
add(struct vp_relay_list *list, const char *ip, int64_t when)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct vp_relay_entry *more =
		    reallocarray(list->entries, room, sizeof *more);

		if (!more)
			return -1;
		list->entries = more;
		list->room = room;
	}

	struct vp_relay_entry *entry = &list->entries[list->count];
	*entry = (struct vp_relay_entry){ .time = when };
	if (vp_copy(entry->ip, sizeof entry->ip, ip) != 0)
		return -1;
	list->count++;
	return 0;
}

static struct vp_relay_entry *
find(struct vp_relay_list *list, const char *ip)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->entries[i].ip, ip) == 0)
			return &list->entries[i];
	return NULL;
}

/* The address as we write it; -1 for what is none, or stands for any. */
static int
check_address(const char *text, char ret_ip[VPOP_IP_SIZE])
{
	if (vp_ip_canonical(text, ret_ip) != 0 ||
	    strcmp(ret_ip, "0.0.0.0") == 0 || strcmp(ret_ip, "::") == 0)
		return -1;
	return 0;
}

/* One line, modified; lines that are not of our form are left out. */
static int
parse_line(struct vp_relay_list *list, char *line)
{
	char *tab = strchr(line, '\t');
	char *rule = strstr(line, ":allow");
	char ip[VPOP_IP_SIZE];
	int64_t when;

	if (!tab || !rule || rule > tab)
		return 0;
	*rule = '\0';
	if (vp_number(tab + 1, 0, INT64_MAX, &when) != 0 ||
	    check_address(line, ip) != 0)
		return 0;
	return add(list, ip, when);
}

static int
read_records(struct relay *relay)
{
	struct vpop_store_rows *rows;
	struct vpop_store_row row;
	char ip[VPOP_IP_SIZE];
	int rc = relay->ops->rows_open(
	    relay->store, VPOP_KEEP_RELAY, NULL, NULL, &rows);

	if (rc < 0)
		return rc;
	while ((rc = relay->ops->rows_next(rows, &row)) == 1)
		if (check_address(row.name, ip) == 0 &&
		    add(&relay->list, ip, row.time) != 0)
			break;
	relay->ops->rows_close(rows);
	return rc == 1 ? no_memory(relay->vp) : rc;
}

static int
read_list(struct relay *relay)
{
	AUTO_FREE char *text = vp_file_read(relay->etc, LIST, MAX_FILE, NULL);
	char *rest = text, *line;

	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return vp_fail_errno(relay->vp, VA_COULD_NOT_UPDATE_FILE,
		    "cannot read '%s/" LIST "'", relay->vp->etc);
	relay->is_there = 1;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (parse_line(&relay->list, line) != 0)
			return no_memory(relay->vp);
	return 0;
}

static int
open_list(struct vpop *vp, struct relay *ret)
{
	*ret = (struct relay){ .vp = vp, .etc = -1, .lock = -1 };
	ret->etc = vp_dir_open(vp->etc);
	if (ret->etc >= 0)
		ret->lock = vp_lock(ret->etc, LOCK, vp->uid, vp->gid,
		    (int)vp->set.lock_seconds);
	if (ret->lock < 0)
		return vp_fail_errno(vp,
		    errno == EAGAIN
			? VA_LOCK_FAILED
			: vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
		    "cannot lock '%s/" LOCK "'", vp->etc);

	int kept =
	    vp_store_keeps(vp, VPOP_KEEP_RELAY, NULL, &ret->ops, &ret->store);
	if (kept != 0)
		return kept < 0 ? kept : 0;
	return read_list(ret);
}

static void
close_list(struct relay *relay)
{
	free(relay->list.entries);
	if (relay->lock >= 0)
		close(relay->lock);
	if (relay->etc >= 0)
		close(relay->etc);
}

static int
write_list(struct relay *relay)
{
	struct vpop *vp = relay->vp;
	struct vp_replace file;

	if (vp_replace_open(&file, relay->etc, LIST, 0644, vp->uid, vp->gid) ==
	    0) {
		for (size_t i = 0; i < relay->list.count; i++) {
			const struct vp_relay_entry *entry =
			    &relay->list.entries[i];

			if (!entry->refused)
				fprintf(file.fp, "%s" RULE "\t%lld\n",
				    entry->ip, (long long)entry->time);
		}
		if (vp_replace_commit(&file) == 0)
			return 0;
	}
	return vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot update '%s/" LIST "'", vp->etc);
}

/* The list goes to the disk even if the rules could not be compiled: the
 * next expiry compiles them again.  The first failure is told. */
static int
finish(struct relay *relay, int compile)
{
	struct vpop *vp = relay->vp;
	char reason[sizeof vp->message];
	int code = 0;

	if (compile)
		code = vp_relay_compile(vp, &relay->list);
	memcpy(reason, vp->message, sizeof reason);
	if (relay->is_there || relay->list.count > 0) {
		int written = write_list(relay);

		if (code == 0)
			return written;
		(void)vp_fail(vp, code, "%s", reason);
	}
	return code;
}

static int
compile_records(struct relay *relay)
{
	int code = read_records(relay);

	return code < 0 ? code : vp_relay_compile(relay->vp, &relay->list);
}

static int
refused(struct relay *relay, const char *ip)
{
	return vp_fail(relay->vp, VA_INVALID_IP_ADDRESS,
	    "'%s' does not understand the address '%s'",
	    relay->vp->set.tcprules_prog, ip);
}

static int
renew(struct relay *relay, const char *ip)
{
	struct vp_relay_entry *entry = find(&relay->list, ip);
	int64_t now = time(NULL);

	if (entry) {
		entry->time = now;
		return finish(relay, 0);
	}
	if (add(&relay->list, ip, now) != 0)
		return no_memory(relay->vp);

	int code = finish(relay, 1);
	if (code == 0 && find(&relay->list, ip)->refused)
		return refused(relay, ip);
	return code < 0 ? code : 1;
}

static int
renew_record(struct relay *relay, const char *ip)
{
	int code = relay->ops->relay_put(relay->store, ip, time(NULL));

	if (code != 1)
		return code;
	code = compile_records(relay);
	const struct vp_relay_entry *entry = find(&relay->list, ip);
	if (code == 0 && entry && entry->refused)
		return refused(relay, ip);
	return code < 0 ? code : 1;
}

int
vp_relay_open(struct vpop *vp, const char *ip)
{
	char canonical[VPOP_IP_SIZE];
	struct relay relay;

	if (check_address(ip, canonical) != 0)
		return vp_fail(vp, VA_INVALID_IP_ADDRESS,
		    "'%s' is not the address of a client", ip);

	int code = open_list(vp, &relay);
	if (code == 0)
		code = relay.ops ? renew_record(&relay, canonical)
				 : renew(&relay, canonical);
	close_list(&relay);
	return code;
}

static void
drop_old(struct vp_relay_list *list, int64_t minutes)
{
	int64_t now = time(NULL);
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct vp_relay_entry entry = list->entries[i];

		/* A clock that was wrong must not keep it for ever. */
		if (entry.time > now)
			entry.time = now;
		if (now - entry.time < minutes * 60)
			list->entries[kept++] = entry;
	}
	list->count = kept;
}

static int
expire_records(struct relay *relay)
{
	const struct vpop *vp = relay->vp;
	int64_t now = time(NULL);
	int code = relay->ops->relay_expire(
	    relay->store, now - vp->set.relay_clear_minutes * 60);

	if (code >= 0)
		code = compile_records(relay);
	for (size_t i = 0; i < relay->list.count && code >= 0; i++)
		if (relay->list.entries[i].time > now)
			code = relay->ops->relay_put(
			    relay->store, relay->list.entries[i].ip, now);
	return code < 0 ? code : 0;
}

int
vp_relay_expire(struct vpop *vp)
{
	struct relay relay;
	int code = open_list(vp, &relay);

	if (code == 0 && relay.ops) {
		code = expire_records(&relay);
	} else if (code == 0) {
		drop_old(&relay.list, vp->set.relay_clear_minutes);
		code = finish(&relay, 1);
	}
	close_list(&relay);
	return code;
}

int
vp_relay_rebuild(struct vpop *vp)
{
	struct relay relay;
	int code = open_list(vp, &relay);

	if (code == 0)
		code = relay.ops ? compile_records(&relay)
				 : vp_relay_compile(vp, &relay.list);
	close_list(&relay);
	return code;
}

int
vp_relay_list(struct vpop *vp, struct vp_relay_list *ret)
{
	struct relay relay;
	int code = open_list(vp, &relay);

	if (code == 0 && relay.ops)
		code = read_records(&relay);
	if (code == 0) {
		*ret = relay.list;
		relay.list = (struct vp_relay_list){ .count = 0 };
	}
	close_list(&relay);
	return code;
}

static int
add_entry(struct relay *relay, const struct vp_relay_entry *entry)
{
	struct vp_relay_entry *there = find(&relay->list, entry->ip);

	if (!there)
		return add(&relay->list, entry->ip, entry->time) == 0
			   ? 0
			   : no_memory(relay->vp);
	if (there->time < entry->time)
		there->time = entry->time;
	return 0;
}

int
vp_relay_add_list(struct vpop *vp, const struct vp_relay_list *list)
{
	struct relay relay;
	int code = open_list(vp, &relay);

	for (size_t i = 0; i < list->count && code >= 0; i++)
		code = relay.ops
			   ? relay.ops->relay_put(relay.store,
				 list->entries[i].ip, list->entries[i].time)
			   : add_entry(&relay, &list->entries[i]);
	const int compile = vp->set.roaming_users != 0;
	if (code >= 0 && !relay.ops)
		code = finish(&relay, compile);
	else if (code >= 0 && compile)
		code = compile_records(&relay);
	close_list(&relay);
	return code < 0 ? code : 0;
}
