/*
 * Which mail is never answered (RFC 3834, section 2): what programs and
 * lists sent, bulk, bounces, and our own.  In doubt there is no answer.
 */
#include "config.h"

#include "core/vacation_int.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/line.h"
#include "base/text.h"

#define LINE_BYTES  16384
#define FIELD_BYTES 65536
#define LINES       10000
#define BLANK       " \t"

/* ---- addresses -------------------------------------------------------- */

static int
starts(const char *text, size_t size, const char *word)
{
	size_t length = strlen(word);

	return size >= length && strncasecmp(text, word, length) == 0;
}

static int
ends(const char *text, size_t size, const char *word)
{
	size_t length = strlen(word);

	return size >= length &&
	       strncasecmp(text + size - length, word, length) == 0;
}

int
vp_sender_is_automatic(const char *sender)
{
	static const char *const names[] = { "mailer-daemon", "listserv",
		"majordomo", "noreply", "no-reply", "no_reply", "donotreply",
		"do-not-reply", "bounce", "bounces" };
	static const char *const starting[] = { "owner-", "bounce-", "bounces-",
		"bounce+", "bounces+", "noreply-", "no-reply-" };
	static const char *const ending[] = { "-owner", "-request", "-bounce",
		"-bounces", "-errors", "-noreply", "-no-reply", "-relay" };
	const char *at = strrchr(sender, '@');

	if (!at || at == sender || at[1] == '\0' || !vp_is_clean(sender) ||
	    strpbrk(sender, " <>,;:\"") || strcmp(sender, "#@[]") == 0)
		return 1;
	size_t size = (size_t)(at - sender);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == size && starts(sender, size, names[i]))
			return 1;
	for (size_t i = 0; i < sizeof starting / sizeof *starting; i++)
		if (starts(sender, size, starting[i]))
			return 1;
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
		if (ends(sender, size, ending[i]))
			return 1;
	/* The envelope of ezmlm: list-return-17-bob=example.com@host. */
	const char *ezmlm = strcasestr(sender, "-return-");
	return ezmlm && ezmlm < at;
}

static int
is_same_domain(struct vpop *vp, const char *a, const char *b)
{
	struct vpop_domain one, two;

	if (strcasecmp(a, b) == 0)
		return 1;
	return vpop_domain_get(vp, a, &one) == 0 &&
	       vpop_domain_get(vp, b, &two) == 0 &&
	       strcasecmp(one.real, two.real) == 0;
}

int
vp_is_same_address(struct vpop *vp, const char *a, const char *b)
{
	const char *at_a = strrchr(a, '@'), *at_b = strrchr(b, '@');

	return at_a && at_b && at_a - a == at_b - b &&
	       strncasecmp(a, b, (size_t)(at_a - a)) == 0 &&
	       is_same_domain(vp, at_a + 1, at_b + 1);
}

/* ---- fields ----------------------------------------------------------- */

struct reading {
	struct vpop *vp;
	const struct vp_vacation *vacation;
	const struct vp_vacation_conf *conf;
	struct vp_incoming *incoming;
	char *field; /* being collected, unfolded */
	size_t size;
	int skip;   /* it is too long */
	int failed; /* no memory */
};

static int
is_own(const struct reading *reading, const char *address)
{
	const struct vp_vacation_conf *conf = reading->conf;

	if (vp_is_same_address(
		reading->vp, address, reading->vacation->recipient))
		return 1;
	if (!conf)
		return 0;

	AUTO_FREE char *list = strdup(conf->addresses);
	char *rest = list, *one;

	while ((one = strsep(&rest, " \t,")) != NULL)
		if (strcmp(one, "*") == 0 ||
		    (*one && vp_is_same_address(reading->vp, address, one)))
			return 1;
	return 0;
}

/* Every word with an '@' in it may be an address. */
static void
look_for_us(struct reading *reading, char *value)
{
	static const char separators[] = " \t,;:<>()\"";
	char *rest = value, *word;

	while (!reading->incoming->names_us &&
	       (word = strsep(&rest, separators)) != NULL)
		if (strchr(word, '@') && is_own(reading, word))
			reading->incoming->names_us = 1;
}

/* The first word is the given one, before a comment or parameter. */
static int
is_word(const char *value, const char *word)
{
	size_t length = strlen(word);

	return strncasecmp(value, word, length) == 0 &&
	       (value[length] == '\0' || strchr(" \t;(", value[length]));
}

static int
has_word(const char *value, const char *word)
{
	return strcasestr(value, word) != NULL;
}

static int
is_automatic(const char *name, const char *value)
{
	if (strcasecmp(name, "Auto-Submitted") == 0)
		return !is_word(value, "no");
	if (strcasecmp(name, "Precedence") == 0)
		return is_word(value, "bulk") || is_word(value, "list") ||
		       is_word(value, "junk");
	if (strcasecmp(name, "X-Auto-Response-Suppress") == 0)
		return has_word(value, "all") || has_word(value, "oof") ||
		       has_word(value, "autoreply");
	if (strcasecmp(name, "X-Spam-Flag") == 0)
		return is_word(value, "yes");
	if (strcasecmp(name, "Content-Type") == 0)
		return is_word(value, "multipart/report");
	/* The mark of autorespond 2, which has no other. */
	if (strcasecmp(name, "Delivered-To") == 0)
		return is_word(value, "Autoresponder");
	return strncasecmp(name, "List-", 5) == 0 ||
	       strcasecmp(name, "Mailing-List") == 0 ||
	       strcasecmp(name, "X-Mailing-List") == 0 ||
	       strcasecmp(name, "X-Loop") == 0;
}

static void
keep(struct reading *reading, char **field, const char *value)
{
	if (*field || *value == '\0')
		return;
	*field = strdup(value);
	if (!*field)
		reading->failed = 1;
}

static void
end_field(struct reading *reading)
{
	struct vp_incoming *incoming = reading->incoming;
	char *name = reading->field;
	char *colon = reading->size > 0 ? strchr(name, ':') : NULL;
	size_t length;

	if (colon && !reading->skip) {
		char *value = colon + 1 + strspn(colon + 1, BLANK);

		*colon = '\0';
		for (length = strlen(name);
		     length > 0 && strchr(BLANK, name[length - 1]); length--)
			name[length - 1] = '\0';
		if (is_automatic(name, value))
			incoming->is_automatic = 1;
		else if (strcasecmp(name, "Subject") == 0)
			keep(reading, &incoming->subject, value);
		else if (strcasecmp(name, "Message-ID") == 0)
			keep(reading, &incoming->message_id, value);
		else if (strcasecmp(name, "References") == 0)
			keep(reading, &incoming->references, value);
		else if (strcasecmp(name, "To") == 0 ||
			 strcasecmp(name, "Cc") == 0 ||
			 strcasecmp(name, "Bcc") == 0 ||
			 strcasecmp(name, "Resent-To") == 0 ||
			 strcasecmp(name, "Resent-Cc") == 0)
			look_for_us(reading, value);
	}
	reading->size = 0;
	reading->skip = 0;
}

static void
add_line(struct reading *reading, const char *line, size_t size)
{
	if (reading->size + size >= FIELD_BYTES) {
		reading->skip = 1;
		return;
	}
	memcpy(reading->field + reading->size, line, size);
	reading->size += size;
	reading->field[reading->size] = '\0';
}

/* 0 at the end of the header. */
static int
take_line(struct reading *reading, char *line, size_t size)
{
	if (size > 0 && line[size - 1] == '\r')
		line[--size] = '\0';
	if (!strchr(BLANK, *line) || size == 0)
		end_field(reading);
	if (size == 0)
		return 0;
	add_line(reading, line, size);
	return 1;
}

static int
read_header(struct reading *reading, FILE *fp)
{
	AUTO_FREE char *line = NULL;
	size_t cap = 0;

	for (int n = 0; n < LINES; n++) {
		ssize_t got = vp_line_read(fp, &line, &cap, LINE_BYTES);

		if (got < 0 && (errno == EMSGSIZE || errno == EILSEQ)) {
			reading->skip = 1;
			continue;
		}
		if (got < 0 && errno != 0)
			return -1;
		if (got < 0)
			break;
		if (!take_line(reading, line, (size_t)got))
			return reading->failed ? -1 : 0;
	}
	end_field(reading);
	return reading->failed ? -1 : 0;
}

int
vp_incoming_read(struct vpop *vp, const struct vp_vacation *vacation,
    const struct vp_vacation_conf *conf, struct vp_incoming *ret)
{
	AUTO_FREE char *field = malloc(FIELD_BYTES);
	struct reading reading = {
		.vp = vp,
		.vacation = vacation,
		.conf = conf,
		.incoming = ret,
		.field = field,
	};
	int copy = lseek(vacation->message_fd, 0, SEEK_SET) == 0
		       ? dup(vacation->message_fd)
		       : -1;
	AUTO_FCLOSE FILE *fp = copy < 0 ? NULL : fdopen(copy, "r");

	*ret = (struct vp_incoming){ 0 };
	if (field && fp && read_header(&reading, fp) == 0)
		return 0;
	vp_incoming_clear(ret);
	return vp_fail_errno(
	    vp, VA_COULD_NOT_UPDATE_FILE, "cannot read the message");
}

void
vp_incoming_clear(struct vp_incoming *incoming)
{
	free(incoming->subject);
	free(incoming->message_id);
	free(incoming->references);
	*incoming = (struct vp_incoming){ 0 };
}
