/*
 * Bounded reading of text files.  Both readers know their maximum before the
 * first byte, so that no file, however made, can make a program grow without
 * limit; and neither ever returns a part of a line or a file as the whole.
 */
#include "config.h"

#include "base/line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/dirtree.h"

#define FIRST_SIZE 128

/* The stream's lock is not taken for each byte: a FILE that two threads read
 * line by line would be of no use to either. */
static int
next_byte(FILE *fp)
{
	for (;;) {
		int c = getc_unlocked(fp);

		if (c != EOF || !ferror(fp) || errno != EINTR)
			return c;
		clearerr(fp);
	}
}

static int
grow(char **line, size_t *cap, size_t max)
{
	size_t size = *cap < FIRST_SIZE ? FIRST_SIZE : *cap * 2;

	if (size > max + 1 && *cap < max + 1)
		size = max + 1;
	char *larger = realloc(*line, size);
	if (!larger)
		return -1;
	*line = larger;
	*cap = size;
	return 0;
}

ssize_t
vp_line_read(FILE *fp, char **line, size_t *cap, size_t max)
{
	size_t length = 0;
	int c, cause = 0;

	if (!*line)
		*cap = 0;
	errno = 0;
	while ((c = next_byte(fp)) != EOF && c != '\n') {
		if (cause != 0)
			continue;
		if (c == '\0') {
			cause = EILSEQ;
			continue;
		}
		if (length == max) {
			cause = EMSGSIZE;
			continue;
		}
		if (length + 1 >= *cap && grow(line, cap, max) != 0)
			return -1;
		(*line)[length++] = (char)c;
	}
	if (c == EOF && ferror(fp)) {
		if (errno == 0)
			errno = EIO;
		return -1;
	}
	if (cause != 0 || (c == EOF && length == 0)) {
		errno = cause;
		return -1;
	}
	if (*cap == 0 && grow(line, cap, max) != 0)
		return -1;
	(*line)[length] = '\0';
	return (ssize_t)length;
}

/* O_NONBLOCK: somebody may have put a FIFO there, and opening that would
 * wait for ever. */
static int
open_regular(int dirfd, const char *name, size_t *ret_size)
{
	const int flags =
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	AUTO_CLOSE int parent = -1;
	struct stat st;

	if (name[0] != '/' && strchr(name, '/')) {
		parent = vp_dir_open_parent(dirfd, name, &name);
		if (parent < 0)
			return -1;
		dirfd = parent;
	}
	int fd = openat(dirfd, name, flags);
	if (fd < 0)
		return -1;
	int cause = EINVAL;
	if (fstat(fd, &st) != 0)
		cause = errno;
	else if (S_ISREG(st.st_mode)) {
		*ret_size = (size_t)st.st_size;
		return fd;
	} else if (S_ISDIR(st.st_mode))
		cause = EISDIR;
	close(fd);
	errno = cause;
	return -1;
}

/* Read to the end or until size bytes are there. */
static ssize_t
read_all(int fd, char *buffer, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(fd, buffer + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* The size told by the file system is a hint only: the file may grow while
 * it is read, and files of /proc say 0. */
char *
vp_file_read(int dirfd, const char *name, size_t max, size_t *ret_size)
{
	size_t size, done = 0;
	AUTO_CLOSE int fd = open_regular(dirfd, name, &size);
	AUTO_FREE char *text = NULL;

	if (fd < 0)
		return NULL;
	for (;;) {
		/* One byte above the maximum shows that there is more. */
		size_t room = size < max ? size + 1 : max + 1;
		char *larger = realloc(text, room + 1);

		if (!larger)
			return NULL;
		text = larger;
		ssize_t got = read_all(fd, text + done, room - done);
		if (got < 0)
			return NULL;
		done += (size_t)got;
		if (done > max) {
			errno = EFBIG;
			return NULL;
		}
		if (done < room)
			break;
		size = done * 2 + FIRST_SIZE;
	}
	text[done] = '\0';
	if (ret_size)
		*ret_size = done;

	char *ret = text;
	text = NULL;
	return ret;
}

int
vp_file_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}
