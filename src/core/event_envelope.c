/*
 * The envelope of an event, from a row of the journal.
 *
 * The same row gives the same bytes whenever it is asked for: a receiver that
 * is told twice knows by the id.  The id is like a ULID: 48 bits of time, 40
 * that tell journals apart, 40 of the change's number.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "core/event.h"
#include "core/journal.h"

#define ID_SIZE 27

static const struct {
	uint32_t bit;
	const char *name;
} flag_names[] = { { VPOP_NO_PASSWD_CHNG, "no_password_change" },
	{ VPOP_NO_POP, "no_pop" }, { VPOP_NO_WEBMAIL, "no_webmail" },
	{ VPOP_NO_IMAP, "no_imap" }, { VPOP_NO_SMTP, "no_smtp" },
	{ VPOP_NO_RELAY, "no_relay" },
	{ VPOP_NO_SPAMASSASSIN, "no_spamassassin" },
	{ VPOP_DELETE_SPAM, "delete_spam" },
	{ VPOP_NO_MAILDROP, "no_maildrop" }, { VPOP_NO_DIALUP, "no_dialup" },
	{ VPOP_BOUNCE_MAIL, "bounce_mail" }, { VPOP_QA_ADMIN, "domain_admin" },
	{ VPOP_SA_ADMIN, "system_admin" }, { VPOP_SA_EXPERT, "expert" },
	{ VPOP_V_USER0, "user_flag_0" }, { VPOP_V_USER1, "user_flag_1" },
	{ VPOP_V_USER2, "user_flag_2" }, { VPOP_V_USER3, "user_flag_3" },
	{ VPOP_V_OVERRIDE, "override_limits" } };

static void
make_id(const struct vp_event_row *row, char ret[ID_SIZE])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	const uint64_t parts[] = { (uint64_t)row->time * 1000,
		(uint64_t)row->site, (uint64_t)row->change };
	static const int lengths[] = { 10, 8, 8 };
	int at = 0;

	for (int i = 0; i < 3; i++)
		for (int k = lengths[i] - 1; k >= 0; k--)
			ret[at++] = digits[parts[i] >> (5 * k) & 31];
	ret[at] = '\0';
}

static json_t *
time_text(int64_t when)
{
	char text[64] = "";
	struct tm tm;
	time_t time = (time_t)when;

	if (gmtime_r(&time, &tm))
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

/* "program", "program address", "program address request"; what is unknown
 * is empty. */
static json_t *
make_actor(const struct vp_event_row *row)
{
	static const char *const names[] = { "via", "address", "request" };
	AUTO_FREE char *origin = strdup(row->origin);
	char *rest = origin, *word;
	json_t *actor = json_pack("{s:s, s:o}", "kind",
	    strchr(row->actor, '@') ? "account" : "system", "id",
	    vp_journal_text(row->actor));

	for (int i = 0; i < 3 && (word = strsep(&rest, " ")); i++)
		if (*word)
			json_object_set_new(
			    actor, names[i], vp_journal_text(word));
	return actor;
}

static json_t *
make_object(const struct vp_event_row *row, const struct vp_event_type *type)
{
	json_t *object = json_pack("{s:s, s:o}", "kind",
	    type ? type->kind : "ext", "id", vp_journal_text(row->object));

	if (*row->domain)
		json_object_set_new(
		    object, "domain", vp_journal_text(row->domain));
	return object;
}

static json_t *
make_flags(json_int_t bits)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++)
		if (bits & flag_names[i].bit)
			json_array_append_new(
			    list, json_string(flag_names[i].name));
	return list;
}

/* Secrets are told as changed; numbers of flags become words. */
static json_t *
make_data(json_t *from)
{
	json_t *data = from ? json_copy(from) : NULL;
	const char *name, *text;
	json_t *value;
	void *next;

	if (!data)
		return json_null();
	json_object_foreach_safe(data, next, name, value)
	{
		text = json_string_value(value);
		if (text && strcmp(text, "***") == 0)
			json_object_set_new(
			    data, name, json_pack("{s:b}", "changed", 1));
		else if (strcmp(name, "flags") == 0 && json_is_integer(value))
			json_object_set_new(
			    data, name, make_flags(json_integer_value(value)));
	}
	return data;
}

json_t *
vp_event_envelope(const struct vp_event_row *row, int is_question)
{
	json_t *envelope = json_object();
	char id[ID_SIZE];

	if (!is_question) {
		make_id(row, id);
		json_object_set_new(envelope, "id", json_string(id));
	}
	json_object_set_new(envelope, "type", vp_journal_text(row->event));
	json_object_set_new(envelope, "time", time_text(row->time));
	if (!is_question && row->seq > 0)
		json_object_set_new(
		    envelope, "seq", json_integer((json_int_t)row->seq));
	json_object_set_new(envelope, "schema", json_integer(VP_EVENT_SCHEMA));
	json_object_set_new(envelope, "actor", make_actor(row));
	json_object_set_new(
	    envelope, "object", make_object(row, vp_event_find(row->event)));
	json_object_set_new(envelope, "data",
	    json_pack("{s:o, s:o}", "old", make_data(row->old), "new",
		make_data(row->new)));
	if (json_object_size(envelope) >= 6)
		return envelope;
	json_decref(envelope);
	return NULL;
}
