/*
 * Writing an answer (RFC 3834, section 3).  The text may begin with header
 * fields, as the panels of old write it; the fields that make it an answer
 * are always ours.  What comes from outside has been cleaned before it
 * stands in a header line.
 */
#include "config.h"

#include "core/vacation_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>

#include "base/line.h"
#include "base/text.h"
#include "core/name.h"
#include "qmail/maildir.h"

#define TEXT_BYTES  (1 << 20)
#define WORDS_BYTES 900 /* longest text from outside in a header line */
#define QUOTE_LINES 200
#define QUOTE_BYTES 16384
#define LINE_BYTES  4096

struct reply {
	struct vpop *vp;
	const struct vp_vacation *vacation;
	const struct vp_vacation_conf *conf;
	const struct vp_incoming *incoming;
	FILE *fp;
	char *text;       /* the header and the body of the text, */
	const char *body; /* body == text: it has no header */
	int has_from, has_subject, has_type;
};

/* The length of a field's name at the start of a line, or 0. */
static size_t
field_name(const char *line)
{
	size_t size = 0;

	while (line[size] > ' ' && line[size] != ':' && line[size] != 0x7f)
		size++;
	return line[size] == ':' ? size : 0;
}

/* Where the body begins; text when the first lines are no header. */
static const char *
find_body(const char *text)
{
	const char *line = text;

	while (*line != '\0' && *line != '\n' && *line != '\r') {
		int folded = line != text && (*line == ' ' || *line == '\t');

		if (!folded && field_name(line) == 0)
			return text;
		line = strchrnul(line, '\n');
		line += *line != '\0';
	}
	if (line == text)
		return text;
	line += *line == '\r';
	return line + (*line == '\n');
}

/* A text from outside: one line, without control bytes, of some length. */
static void
put_words(FILE *fp, const char *words)
{
	for (size_t i = 0; i < WORDS_BYTES && words[i] != '\0'; i++) {
		unsigned char c = (unsigned char)words[i];

		fputc(c < ' ' || c == 0x7f ? ' ' : c, fp);
	}
}

static const char *
subject_of(const struct reply *reply)
{
	const char *subject = reply->incoming->subject;

	return subject ? subject : "your message";
}

/* "%S" stands for the subject that is answered. */
static void
put_subject(const struct reply *reply, const char *text, size_t size)
{
	fputs("Subject: ", reply->fp);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '%' && i + 1 < size && text[i + 1] == 'S') {
			put_words(reply->fp, subject_of(reply));
			i++;
		} else if ((unsigned char)text[i] >= ' ') {
			fputc(text[i], reply->fp);
		}
	}
	fputc('\n', reply->fp);
}

static int
is_one_of(const char *name, size_t size, const char *const *names)
{
	for (; *names; names++)
		if (strlen(*names) == size &&
		    strncasecmp(name, *names, size) == 0)
			return 1;
	return 0;
}

/* One field of the text with its continuation lines. */
static void
put_field(struct reply *reply, const char *field, size_t size)
{
	static const char *const ours[] = { "To", "Cc", "Bcc", "Date",
		"Message-ID", "In-Reply-To", "References", "Auto-Submitted",
		"Return-Path", "Received", "Delivered-To", "Sender",
		"X-Auto-Response-Suppress", NULL };
	static const char *const from[] = { "From", NULL };
	static const char *const subject[] = { "Subject", NULL };
	static const char *const type[] = { "Content-Type", NULL };
	const struct vp_vacation_conf *conf = reply->conf;
	size_t name = field_name(field);

	if (is_one_of(field, name, ours))
		return;
	if (is_one_of(field, name, from)) {
		if (reply->vacation->from || (conf && *conf->from))
			return;
		reply->has_from = 1;
	}
	if (is_one_of(field, name, subject)) {
		const char *value = field + name + 1;

		if (conf && *conf->subject)
			return;
		reply->has_subject = 1;
		value += strspn(value, " \t");
		put_subject(reply, value, size - (size_t)(value - field));
		return;
	}
	if (is_one_of(field, name, type))
		reply->has_type = 1;
	for (size_t i = 0; i < size; i++)
		if (field[i] != '\r')
			fputc(field[i], reply->fp);
	fputc('\n', reply->fp);
}

static void
put_fields(struct reply *reply)
{
	const char *field = reply->text;

	while (field < reply->body && *field != '\n' && *field != '\r') {
		const char *end = strchrnul(field, '\n');

		while (end + 1 < reply->body && *end == '\n' &&
		       (end[1] == ' ' || end[1] == '\t'))
			end = strchrnul(end + 1, '\n');
		put_field(reply, field, (size_t)(end - field));
		field = end + (*end == '\n');
	}
}

static void
put_from(struct reply *reply)
{
	const struct vp_vacation_conf *conf = reply->conf;
	const char *from = reply->vacation->recipient;

	if (reply->vacation->from)
		from = reply->vacation->from;
	if (conf && *conf->from)
		from = conf->from;
	fputs("From: ", reply->fp);
	put_words(reply->fp, from);
	fputc('\n', reply->fp);
}

static void
put_thread(struct reply *reply)
{
	const struct vp_incoming *incoming = reply->incoming;
	const char *id = incoming->message_id;

	if (!id || strlen(id) > WORDS_BYTES)
		return;
	fputs("In-Reply-To: ", reply->fp);
	put_words(reply->fp, id);
	fputs("\nReferences: ", reply->fp);
	if (incoming->references &&
	    strlen(incoming->references) + strlen(id) < WORDS_BYTES) {
		put_words(reply->fp, incoming->references);
		fputc(' ', reply->fp);
	}
	put_words(reply->fp, id);
	fputc('\n', reply->fp);
}

static int
put_header(struct reply *reply)
{
	const char *domain = strrchr(reply->vacation->recipient, '@');
	char name[128], date[64];
	time_t now = time(NULL);
	struct tm tm;

	if (vp_maildir_name(name, sizeof name) != 0 || !gmtime_r(&now, &tm) ||
	    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm) ==
		0)
		return -1;
	fprintf(reply->fp, "Date: %s\nMessage-ID: <%s%s>\nTo: %s\n", date, name,
	    domain ? domain : "@localhost", reply->vacation->sender);
	put_thread(reply);
	fputs("Auto-Submitted: auto-replied\n"
	      "X-Auto-Response-Suppress: All\n",
	    reply->fp);
	put_fields(reply);
	if (!reply->has_from)
		put_from(reply);
	if (reply->conf && *reply->conf->subject)
		put_subject(
		    reply, reply->conf->subject, strlen(reply->conf->subject));
	else if (!reply->has_subject)
		put_subject(reply, "Auto: %S", strlen("Auto: %S"));
	if (!reply->has_type)
		fputs("MIME-Version: 1.0\n"
		      "Content-Type: text/plain; charset=utf-8\n"
		      "Content-Transfer-Encoding: 8bit\n",
		    reply->fp);
	fputc('\n', reply->fp);
	return 0;
}

/* The start of the body that is answered. */
static void
put_quote(struct reply *reply)
{
	int fd = reply->vacation->message_fd;
	int copy = lseek(fd, 0, SEEK_SET) == 0 ? dup(fd) : -1;
	AUTO_FCLOSE FILE *fp = copy < 0 ? NULL : fdopen(copy, "r");
	AUTO_FREE char *line = NULL;
	size_t cap = 0, bytes = 0;
	int in_body = 0;

	if (!fp)
		return;
	fputc('\n', reply->fp);
	for (int lines = 0; lines < QUOTE_LINES && bytes < QUOTE_BYTES;) {
		ssize_t got = vp_line_read(fp, &line, &cap, LINE_BYTES);

		if (got < 0 && errno != EMSGSIZE && errno != EILSEQ)
			return;
		if (got < 0)
			continue;
		if (in_body) {
			fprintf(reply->fp, "> %s\n", line);
			bytes += (size_t)got;
			lines++;
		} else if (*line == '\0' || *line == '\r') {
			in_body = 1;
		}
	}
}

static int
write_reply(struct reply *reply)
{
	size_t size = strlen(reply->body);

	if (put_header(reply) != 0)
		return -1;
	fputs(reply->body, reply->fp);
	if (size > 0 && reply->body[size - 1] != '\n')
		fputc('\n', reply->fp);
	if (reply->vacation->quote)
		put_quote(reply);
	return ferror(reply->fp) ? -1 : 0;
}

static char *
read_text(const struct vp_vacation *vacation)
{
	AUTO_FREE char *path = NULL;

	if (vacation->message)
		return vp_file_read(
		    AT_FDCWD, vacation->message, TEXT_BYTES, NULL);
	if (asprintf(&path, "%s/message", vacation->dir) < 0) {
		path = NULL;
		return NULL;
	}
	return vp_file_read(AT_FDCWD, path, TEXT_BYTES, NULL);
}

int
vp_reply_make(struct vpop *vp, const struct vp_vacation *vacation,
    const struct vp_vacation_conf *conf, const struct vp_incoming *incoming)
{
	AUTO_FREE char *text = read_text(vacation);
	struct reply reply = {
		.vp = vp,
		.vacation = vacation,
		.conf = conf,
		.incoming = incoming,
		.text = text,
	};

	if (!text)
		return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
		    "cannot read the text of the answer in '%s'",
		    vacation->dir);
	reply.body = find_body(text);

	int fd = memfd_create("answer", MFD_CLOEXEC);
	int copy = fd < 0 ? -1 : dup(fd);
	reply.fp = copy < 0 ? NULL : fdopen(copy, "w");
	int rc = reply.fp ? write_reply(&reply) : -1;
	if (reply.fp && fclose(reply.fp) != 0)
		rc = -1;
	if (rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return vp_fail_errno(
	    vp, VA_MEMORY_ALLOC_ERR, "cannot write the answer");
}
