/*
 * The message itself: which addresses it has been delivered to, and copying
 * it.  It is only ever read at given offsets, so that nobody depends on
 * where the last reader left the descriptor.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/copy.h"
#include "base/text.h"

/* Loops add their lines on top: what is beyond these needs no look. */
#define HEADER_MAX (1 << 20)
#define SEEN_MAX   256
#define BLOCK      65536
#define BLANK      " \t\r\n"

static const char field[] = "Delivered-To:";

/* A header line being collected: longer ones cannot be an address, and only
 * their length is of no interest. */
struct line {
	char text[2048];
	size_t length;
	int too_long;
};

static int
remember(struct vp_run *run, const char *line)
{
	size_t size;

	if (strncasecmp(line, field, sizeof field - 1) != 0 ||
	    run->seen_count == SEEN_MAX)
		return 0;
	line += sizeof field - 1;
	line += strspn(line, BLANK);
	size = strlen(line);
	while (size > 0 && strchr(BLANK, line[size - 1]))
		size--;
	run->seen[run->seen_count] = strndup(line, size);
	if (!run->seen[run->seen_count])
		return -1;
	run->seen_count++;
	return 0;
}

static void
add_byte(struct line *line, char c)
{
	if (line->length + 1 < sizeof line->text)
		line->text[line->length++] = c;
	else
		line->too_long = 1;
}

/* 1: the line that ended was the last of the header. */
static int
end_line(struct vp_run *run, struct line *line)
{
	int is_last = line->length == 0 || line->text[0] == '\r';

	line->text[line->length] = '\0';
	if (!is_last && !line->too_long && remember(run, line->text) != 0)
		return -1;
	line->length = 0;
	line->too_long = 0;
	return is_last;
}

/* 1 at the end of the header. */
static int
scan(struct vp_run *run, struct line *line, const char *data, size_t size)
{
	int rc = 0;

	for (size_t i = 0; i < size && rc == 0; i++) {
		if (data[i] == '\n')
			rc = end_line(run, line);
		else
			add_byte(line, data[i]);
	}
	return rc;
}

static int
scan_header(struct vp_run *run, char *block)
{
	struct line line = { .length = 0 };
	off_t at = 0;
	int rc = 0;

	while (rc == 0 && at < HEADER_MAX) {
		ssize_t got = pread(run->d->message_fd, block, BLOCK, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			return line.length > 0 ? end_line(run, &line) : 0;
		rc = scan(run, &line, block, (size_t)got);
		at += got;
	}
	return rc;
}

int
vp_deliver_seen(struct vp_run *run)
{
	AUTO_FREE char *block = malloc(BLOCK);

	run->seen = calloc(SEEN_MAX, sizeof *run->seen);
	if (!block || !run->seen || remember(run, run->d->dtline) != 0 ||
	    scan_header(run, block) < 0)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot read the message: %s (#4.3.0)",
		    strerror(errno));
	return VP_DELIVERED;
}

/* The same domain, also by its alias names. */
static int
is_same_domain(struct vp_run *run, const char *a, const char *b)
{
	struct vpop_domain domain_a, domain_b;

	if (strcasecmp(a, b) == 0)
		return 1;
	return vpop_domain_get(run->vp, a, &domain_a) == 0 &&
	       vpop_domain_get(run->vp, b, &domain_b) == 0 &&
	       strcasecmp(domain_a.real, domain_b.real) == 0;
}

int
vp_deliver_loops(struct vp_run *run, const char *address)
{
	const char *at = strrchr(address, '@');

	for (size_t i = 0; i < run->seen_count; i++) {
		const char *seen = run->seen[i];
		const char *seen_at = strrchr(seen, '@');

		if (strcasecmp(seen, address) == 0)
			return 1;
		if (!at || !seen_at || at - address != seen_at - seen ||
		    strncasecmp(seen, address, (size_t)(at - address)) != 0)
			continue;
		if (is_same_domain(run, at + 1, seen_at + 1))
			return 1;
	}
	return 0;
}

/*
 * For virtual domains qmail puts "<domain>-" in front of the address in
 * DTLINE.  Without DTLINE the address is made from the parts: the target's
 * would look like a loop to the target.
 */
char *
vp_deliver_forward_line(const struct vp_run *run)
{
	const char *text = run->d->dtline;
	const char *at;
	char *line;
	size_t size;

	if (strncasecmp(text, field, sizeof field - 1) != 0) {
		if (asprintf(&line, "%s %s@%s\n", field, run->ext,
			run->domain.name) < 0)
			return NULL;
		return line;
	}
	text += sizeof field - 1;
	text += strspn(text, BLANK);
	size = strcspn(text, "\n");
	at = memrchr(text, '@', size);
	if (at) {
		size_t domain = (size_t)(text + size - at) - 1;

		if (size > domain && strncasecmp(text, at + 1, domain) == 0 &&
		    text[domain] == '-') {
			text += domain + 1;
			size -= domain + 1;
		}
	}
	if (asprintf(&line, "%s %.*s\n", field, (int)size, text) < 0)
		return NULL;
	return line;
}

int
vp_deliver_copy(int from, const char *header, int fd)
{
	return vp_write_all(fd, header, strlen(header)) == 0
		   ? vp_copy_file(fd, from)
		   : -1;
}
