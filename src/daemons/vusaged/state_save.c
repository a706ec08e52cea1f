/*
 * Format, in the byte order of the machine: the magic text, a word that shows
 * the order, the settings that the numbers depend on; then records, each with
 * its kind: 'D' a domain with its folder and how many mailboxes follow, 'B' a
 * mailbox of the last domain, 'F' a folder of the last mailbox; at the end 'E',
 * the number of mailboxes, and the sum over everything before.
 */
#include "config.h"

#include "daemons/vusaged/state_int.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"

#define BUFFER (1 << 20)

/* ---- the sum ------------------------------------------------------------- */

struct sum {
	uint64_t value;
	uint64_t word; /* bytes that do not fill one yet */
	unsigned fill;
};

static void
sum_word(struct sum *sum, uint64_t word)
{
	sum->value = (sum->value ^ word) * 0x9e3779b97f4a7c15u;
	sum->value ^= sum->value >> 32;
}

static void
sum_add(struct sum *sum, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (; size >= sizeof sum->word; size -= sizeof sum->word) {
		uint64_t word;

		memcpy(&word, p, sizeof word);
		p += sizeof word;
		word = le64toh(word);
		sum_word(sum, sum->word | word << (8 * sum->fill));
		sum->word = sum->fill ? word >> (64 - 8 * sum->fill) : 0;
	}
	for (size_t i = 0; i < size; i++) {
		sum->word |= (uint64_t)p[i] << (8 * sum->fill);
		if (++sum->fill < sizeof sum->word)
			continue;
		sum_word(sum, sum->word);
		sum->word = 0;
		sum->fill = 0;
	}
}

static uint64_t
sum_end(struct sum sum)
{
	sum_word(&sum, sum.word);
	sum_word(&sum, sum.fill);
	return sum.value;
}

uint64_t
vp_state_sum(const char *data, size_t size)
{
	struct sum sum = { 0 };

	sum_add(&sum, data, size);
	return sum_end(sum);
}

/* ---- writing ------------------------------------------------------------- */

struct writer {
	FILE *fp;
	struct sum sum;
	uint64_t boxes;
};

static void
put(struct writer *w, const void *data, size_t size)
{
	sum_add(&w->sum, data, size);
	(void)fwrite(data, 1, size, w->fp);
}

static void
put_text(struct writer *w, const char *text, size_t size)
{
	uint16_t length = (uint16_t)size;

	put(w, &length, sizeof length);
	put(w, text, size);
}

static void
put_box(struct writer *w, const struct vp_box *box)
{
	size_t name_end = box->name_at + strlen(box->text + box->name_at);

	put(w, "B", 1);
	put(w, &box->stamp, sizeof box->stamp);
	put(w, &box->inbox, sizeof box->inbox);
	put(w, &box->name_at, sizeof box->name_at);
	put_text(w, box->text, name_end);
	for (uint32_t i = 0; box->folders && i < box->folders->count; i++) {
		const struct vp_folder *folder = &box->folders->list[i];

		put(w, "F", 1);
		put(w, &folder->parts, sizeof folder->parts);
		put_text(w, folder->name, strlen(folder->name));
	}
	w->boxes++;
}

static void
put_site(struct writer *w, const struct vp_site *site)
{
	struct vp_state_header header = { .magic = VP_STATE_MAGIC,
		.order = VP_STATE_ORDER,
		.by_name = site->by_name != 0,
		.count_dirs = site->count_dirs != 0 };

	put(w, &header, sizeof header);
	for (const struct vp_domain *d = site->domains; d; d = d->next) {
		uint64_t boxes = d->boxes.used;

		put(w, "D", 1);
		put_text(w, d->name, strlen(d->name));
		put_text(w, d->dir, strlen(d->dir));
		put(w, &boxes, sizeof boxes);
		for (size_t i = 0; i < d->boxes.size; i++)
			if (d->boxes.slots[i])
				put_box(w, d->boxes.slots[i]);
	}
	put(w, "E", 1);
	put(w, &w->boxes, sizeof w->boxes);

	uint64_t sum = sum_end(w->sum);
	(void)fwrite(&sum, sizeof sum, 1, w->fp);
}

static int
write_file(const struct vp_site *site, int fd)
{
	struct writer w = { .fp = fdopen(fd, "w") };

	if (!w.fp) {
		close(fd);
		return -1;
	}
	(void)setvbuf(w.fp, NULL, _IOFBF, BUFFER);
	put_site(&w, site);

	int rc = fflush(w.fp) == 0 && !ferror(w.fp) && fsync(fd) == 0 ? 0 : -1;
	int error = errno;

	if (fclose(w.fp) != 0 && rc == 0)
		return -1;
	errno = error;
	return rc;
}

int
vp_state_save(const struct vp_site *site, const char *path)
{
	AUTO_FREE char *temp = NULL;
	int fd;

	if (asprintf(&temp, "%s.tmp", path) < 0) {
		temp = NULL;
		return -1;
	}
	fd = open(
	    temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write_file(site, fd) == 0 && rename(temp, path) == 0)
		return 0;

	int error = errno;
	(void)unlink(temp);
	errno = error;
	return -1;
}
