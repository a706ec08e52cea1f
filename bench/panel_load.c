/*
 * Load for vhostadmind: kept-alive connections to 127.0.0.1, each of which
 * sends a request when it has the answer to the last one.
 *
 *     panel_load PORT TOKEN CLIENTS COUNT RANGE METHOD PATH [BODY]
 *
 * sends COUNT requests in all.  "{}" in PATH and BODY becomes a number of
 * seven digits from 1 to RANGE, another one with each request.  Prints
 * requests a second, p50 and p99 in microseconds, and how many answers were
 * not of the class 2xx.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define CLIENTS 64
#define SPREAD  7919 /* a prime: numbers come in no order of the store */
#define ANSWER  (1 << 20)
#define REQUEST 4096

struct peer {
	int fd;
	int64_t since;
	size_t used;
	char *data;
};

struct load {
	const char *token, *method, *path, *body;
	uint64_t count, range, sent, done, failed;
	uint32_t *samples;
};

static void
fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static uint64_t
number(const char *text, uint64_t max)
{
	int64_t value;

	if (vp_number(text, 1, (int64_t)max, &value) != 0) {
		fprintf(stderr, "'%s' is no number from 1 to %llu\n", text,
		    (unsigned long long)max);
		exit(EXIT_FAILURE);
	}
	return (uint64_t)value;
}

static int64_t
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
dial(struct peer *peer, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int on = 1;

	peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	peer->data = malloc(ANSWER);
	if (peer->fd < 0 || !peer->data ||
	    connect(peer->fd, (struct sockaddr *)&to, sizeof to) != 0)
		fail("connect");
	setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* The pattern with the number in it. */
static void
fill(char *to, size_t size, const char *pattern, uint64_t n)
{
	const char *hole = strstr(pattern, "{}");

	if (!hole)
		(void)vp_copy(to, size, pattern);
	else if (vp_format(to, size, "%.*s%07llu%s", (int)(hole - pattern),
		     pattern, (unsigned long long)n, hole + 2) != 0)
		fail("request");
}

static void
ask(struct load *load, struct peer *peer)
{
	uint64_t n = load->sent++ * SPREAD % load->range + 1;
	char path[REQUEST / 4], body[REQUEST / 4], text[REQUEST];

	fill(path, sizeof path, load->path, n);
	fill(body, sizeof body, load->body, n);
	if (vp_format(text, sizeof text,
		"%s /api/v1%s HTTP/1.1\r\nHost: localhost\r\n"
		"Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		load->method, path, load->token, strlen(body), body) != 0)
		fail("request");
	peer->used = 0;
	peer->since = microseconds();
	if (write(peer->fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("write");
}

/* 1 when the whole answer is there. */
static int
is_whole(struct peer *peer)
{
	const char *end, *length;
	int64_t size = 0;

	peer->data[peer->used] = '\0';
	end = strstr(peer->data, "\r\n\r\n");
	if (!end)
		return 0;
	length = strcasestr(peer->data, "\r\nContent-Length: ");
	if (length && length < end)
		size =
		    strtoll(length + strlen("\r\nContent-Length: "), NULL, 10);
	return peer->used == (size_t)(end + 4 - peer->data) + (size_t)size;
}

static void
hear(struct load *load, struct peer *peer)
{
	ssize_t n =
	    read(peer->fd, peer->data + peer->used, ANSWER - 1 - peer->used);

	if (n <= 0)
		fail("read");
	peer->used += (size_t)n;
	if (!is_whole(peer))
		return;
	load->samples[load->done++] = (uint32_t)(microseconds() - peer->since);
	if (strncmp(peer->data, "HTTP/1.1 2", 10) != 0 && load->failed++ == 0)
		fprintf(stderr, "%s\n", peer->data);
	if (load->sent < load->count)
		ask(load, peer);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
run(struct load *load, int port, size_t clients)
{
	struct peer peers[CLIENTS];
	struct pollfd polls[CLIENTS];
	int64_t begun;

	memset(peers, 0, sizeof peers);
	for (size_t i = 0; i < clients; i++) {
		dial(&peers[i], port);
		polls[i] = (struct pollfd){ peers[i].fd, POLLIN, 0 };
	}
	begun = microseconds();
	for (size_t i = 0; i < clients && load->sent < load->count; i++)
		ask(load, &peers[i]);
	while (load->done < load->count) {
		if (poll(polls, clients, -1) < 0)
			fail("poll");
		for (size_t i = 0; i < clients; i++)
			if (polls[i].revents)
				hear(load, &peers[i]);
	}
	begun = microseconds() - begun;
	qsort(load->samples, load->count, sizeof *load->samples, compare);
	printf("%.0f %u %u %llu\n", (double)load->count / (double)begun * 1e6,
	    load->samples[load->count / 2],
	    load->samples[load->count * 99 / 100],
	    (unsigned long long)load->failed);
	for (size_t i = 0; i < clients; i++) {
		close(peers[i].fd);
		free(peers[i].data);
	}
}

int
main(int argc, char **argv)
{
	struct load load = { .body = "" };

	if (argc < 8 || argc > 9) {
		fprintf(stderr, "usage: panel_load PORT TOKEN CLIENTS COUNT"
				" RANGE METHOD PATH [BODY]\n");
		return EXIT_FAILURE;
	}
	load.token = argv[2];
	load.count = number(argv[4], 10000000);
	load.range = number(argv[5], 9999999);
	load.method = argv[6];
	load.path = argv[7];
	if (argc == 9)
		load.body = argv[8];
	load.samples = calloc(load.count, sizeof *load.samples);
	if (!load.samples)
		fail("calloc");
	run(&load, (int)number(argv[1], 65535), number(argv[3], CLIENTS));
	free(load.samples);
	return load.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
