/*
 * Load for vpopmaild: connects to 127.0.0.1 and measures.
 *
 *     vpd_load PORT idle CLIENTS ADDRESS PASSWORD
 *         logs in, prints "ready", waits for the end of standard input
 *     vpd_load PORT idle-tls CLIENTS ADDRESS PASSWORD
 *         the same over TLS
 *     vpd_load PORT pipeline COUNT ADDRESS PASSWORD
 *         user_info's one after the other without waiting; prints how many
 *         a second
 *     vpd_load PORT busy CLIENTS ADDRESS PASSWORD SECONDS
 *         each sends user_info, waits for the reply, again; prints requests
 *         a second, p50 and p99 in microseconds, errors
 *     vpd_load PORT login CLIENTS ADDRESS PASSWORD SECONDS
 *         the same with new connections and logins
 *     vpd_load 1 hash 1 HASH PASSWORD SECONDS
 *         connects to nobody; prints how many times a second the password
 *         is hashed by one processor
 */
#include "config.h"

#include <arpa/inet.h>
#include <crypt.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define CLIENTS 8192
#define SAMPLES 4000000

struct peer {
	int fd;
	SSL *ssl; /* NULL: without TLS */
	int64_t since;
	int replies; /* of this connection */
	size_t length;
	char data[4096]; /* of the last reply */
};

static struct peer peers[CLIENTS];
static struct pollfd polls[CLIENTS];
static uint32_t samples[SAMPLES];
static size_t sample_count;
static unsigned long errors;
static int port;
static SSL_CTX *tls;
static char login[256], request[256];

static void
fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int64_t
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
put(const struct peer *peer, const char *text)
{
	int size = (int)strlen(text);

	if ((peer->ssl ? SSL_write(peer->ssl, text, size)
		       : write(peer->fd, text, (size_t)size)) != size)
		fail("write");
}

static void
dial(struct peer *peer)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int on = 1;

	peer->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (peer->fd < 0 ||
	    connect(peer->fd, (struct sockaddr *)&to, sizeof to) != 0)
		fail("connect");
	setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (tls && (!(peer->ssl = SSL_new(tls)) ||
		       SSL_set_fd(peer->ssl, peer->fd) != 1 ||
		       SSL_connect(peer->ssl) != 1))
		fail("TLS");
	peer->replies = 0;
	peer->length = 0;
}

/* 1 when a whole reply has come. */
static int
hear(struct peer *peer)
{
	char *to = peer->data + peer->length;
	size_t length = sizeof peer->data - 1 - peer->length;
	ssize_t n = peer->ssl ? SSL_read(peer->ssl, to, (int)length)
			      : read(peer->fd, to, length);
	const char *data = peer->data;

	if (n <= 0)
		fail("read");
	length = peer->length += (size_t)n;
	peer->data[length] = '\0';
	if (length < 2 || data[length - 1] != '\n')
		return 0;
	if (strncmp(data, "+OK+", 4) == 0 &&
	    strcmp(data + length - 4, "\n.\r\n") != 0)
		return 0;
	if (strncmp(data, "+OK", 3) != 0)
		errors++;
	peer->length = 0;
	peer->replies++;
	return 1;
}

static void
await(struct peer *peer)
{
	while (!hear(peer))
		continue;
}

static void
connect_all(int clients)
{
	for (int i = 0; i < clients; i++) {
		dial(&peers[i]);
		await(&peers[i]);
		put(&peers[i], login);
		await(&peers[i]);
	}
	if (errors)
		exit(EXIT_FAILURE);
}

static void
idle(int clients)
{
	char byte;

	connect_all(clients);
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		continue;
}

/* Ends are counted by their lines ".". */
static long
count_ends(const char *data, size_t size)
{
	static char last = '\n';
	long ends = 0;

	for (size_t i = 0; i < size; i++) {
		ends += data[i] == '.' && last == '\n';
		last = data[i];
	}
	return ends;
}

static void
pipeline(long count)
{
	static char batch[65536], replies[262144];
	struct pollfd poller = { .events = POLLIN | POLLOUT };
	size_t one = strlen(request), each = sizeof batch / one, at = 0;
	long sent = 0, got = 0;
	int64_t start;

	for (size_t i = 0; i < each; i++)
		memcpy(batch + i * one, request, one);
	connect_all(1);
	poller.fd = peers[0].fd;
	start = microseconds();
	while (got < count) {
		if (poll(&poller, 1, 10000) <= 0)
			fail("poll");
		if (poller.revents & POLLIN) {
			ssize_t n = recv(
			    poller.fd, replies, sizeof replies, MSG_DONTWAIT);
			if (n <= 0)
				fail("recv");
			got += count_ends(replies, (size_t)n);
		}
		size_t left = (size_t)(count - sent) * one - at;
		size_t part = each * one - at;
		if (sent >= count)
			poller.events = POLLIN;
		else if (poller.revents & POLLOUT) {
			ssize_t n = send(poller.fd, batch + at,
			    part < left ? part : left, MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN)
				fail("send");
			at += n > 0 ? (size_t)n : 0;
			sent += (long)(at / one);
			at %= one;
		}
	}
	printf(
	    "%.0f\n", (double)count * 1e6 / (double)(microseconds() - start));
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
next(struct peer *peer, int logs_in)
{
	if (logs_in) {
		if (peer->replies == 2) {
			close(peer->fd);
			dial(peer);
			return;
		}
		peer->since = microseconds();
		put(peer, login);
		return;
	}
	peer->since = microseconds();
	put(peer, request);
}

static void
turn(int clients, int logs_in)
{
	if (poll(polls, (nfds_t)clients, 10000) <= 0)
		fail("poll");
	for (int i = 0; i < clients; i++) {
		struct peer *peer = &peers[i];

		if (!(polls[i].revents & (POLLIN | POLLHUP)) || !hear(peer))
			continue;
		/* The first reply of a connection is the greeting. */
		if ((!logs_in || peer->replies == 2) && sample_count < SAMPLES)
			samples[sample_count++] =
			    (uint32_t)(microseconds() - peer->since);
		next(peer, logs_in);
		polls[i].fd = peer->fd;
	}
}

static void
busy(int clients, int seconds, int logs_in)
{
	int64_t start, end;

	if (!logs_in)
		connect_all(clients);
	for (int i = 0; i < clients; i++) {
		if (logs_in)
			dial(&peers[i]);
		else
			next(&peers[i], 0);
		polls[i] = (struct pollfd){ peers[i].fd, POLLIN, 0 };
	}
	start = microseconds();
	end = start + (int64_t)seconds * 1000000;
	while (microseconds() < end)
		turn(clients, logs_in);
	if (sample_count == 0)
		exit(EXIT_FAILURE);
	qsort(samples, sample_count, sizeof *samples, compare);
	printf("%.0f %u %u %lu\n",
	    (double)sample_count * 1e6 / (double)(microseconds() - start),
	    samples[sample_count / 2], samples[sample_count / 100 * 99],
	    errors);
}

static void
hash(const char *stored, const char *password, int seconds)
{
	static struct crypt_data data;
	int64_t start = microseconds(), now = start;
	long count = 0;

	for (; now - start < (int64_t)seconds * 1000000; count++) {
		if (!crypt_r(password, stored, &data))
			fail("crypt");
		now = microseconds();
	}
	printf("%.0f\n", (double)count * 1e6 / (double)(now - start));
}

int
main(int argc, char **argv)
{
	struct rlimit files = { CLIENTS + 16, CLIENTS + 16 };
	int64_t number[3] = { 0, 0, 5 };

	if (argc < 6 || vp_number(argv[1], 1, 65535, &number[0]) != 0 ||
	    vp_number(argv[3], 1, INT32_MAX, &number[1]) != 0 ||
	    (argc > 6 && vp_number(argv[6], 1, 3600, &number[2]) != 0) ||
	    vp_format(login, sizeof login, "slogin %s %s\r\n", argv[4],
		argv[5]) != 0 ||
	    vp_format(request, sizeof request, "user_info %s\r\n", argv[4]) !=
		0)
		return EXIT_FAILURE;
	setrlimit(RLIMIT_NOFILE, &files);
	port = (int)number[0];
	if (strcmp(argv[2], "hash") == 0)
		hash(argv[4], argv[5], (int)number[2]);
	else if (strcmp(argv[2], "pipeline") == 0)
		pipeline((long)number[1]);
	else if (number[1] > CLIENTS)
		return EXIT_FAILURE;
	else if (strcmp(argv[2], "idle-tls") == 0 &&
		 !(tls = SSL_CTX_new(TLS_client_method())))
		fail("TLS");
	else if (strncmp(argv[2], "idle", 4) == 0)
		idle((int)number[1]);
	else
		busy((int)number[1], (int)number[2],
		    strcmp(argv[2], "login") == 0);
	return EXIT_SUCCESS;
}
