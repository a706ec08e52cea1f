/*
 * A usage daemon: many threads, of which one makes all calls of the library
 * (C17).  It has headers of its own folder's parent.
 *
 *     usage DOMAIN CONFIG
 */
#include "../storage.h"

#include <pthread.h>

#include <client.h>
#include <conf.h>
#include <ippp.h>
#include <vauth.h>
#include <vpopmail.h>

#include "check.h"

#define THREADS 4
#define QUERIES 50

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static const char *question;
static int answer, answered;
static char *domain;

/* A name of a database client: the library must not have it. */
int list_free(void *list);

int
list_free(void *list)
{
	return list == NULL;
}

/* The only thread that calls the library. */
static void *
owner(void *arg)
{
	int left = THREADS * QUERIES;

	(void)arg;
	while (left > 0) {
		pthread_mutex_lock(&lock);
		while (!question || answered)
			pthread_cond_wait(&turn, &lock);
		answer = vauth_getpw((char *)question, domain) != NULL;
		answered = 1;
		left--;
		pthread_cond_broadcast(&turn);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void *
asker(void *arg)
{
	const char *name = arg;
	int i, found = 0;

	for (i = 0; i < QUERIES; i++) {
		pthread_mutex_lock(&lock);
		while (question)
			pthread_cond_wait(&turn, &lock);
		question = name;
		pthread_cond_broadcast(&turn);
		while (!answered)
			pthread_cond_wait(&turn, &lock);
		found += answer;
		question = NULL;
		answered = 0;
		pthread_cond_broadcast(&turn);
		pthread_mutex_unlock(&lock);
	}
	return found == (strcmp(name, "joe") == 0 ? QUERIES : 0) ? arg : NULL;
}

static void
settings(const char *file)
{
	config_t *config = config_begin(file);
	struct sockaddr_in address;

	CHECK("config_begin", config != NULL);
	IS("fetch", config_fetch_by_name(config, "Socket", "Filename"),
	    "/tmp/usage.sock");
	config_kill(config);
	CHECK("ippp_parse", ippp_parse("127.0.0.1:189", &address) == 1);
	CHECK("ntohs", ntohs(address.sin_port) == 189);
}

int
main(int argc, char **argv)
{
	static char *names[THREADS] = { "joe", "no-one", "joe", "nobody" };
	pthread_t threads[THREADS], one;
	storage_t size, count;
	domain_entry *entry;
	struct vqpasswd *vpw;
	void *result;
	int i, users = 0;

	if (argc != 3)
		return 2;
	domain = argv[1];
	settings(argv[2]);
	for (entry = get_domain_entries(""); entry;
	     entry = get_domain_entries(NULL))
		for (vpw = vauth_getall(entry->realdomain, 1, 0); vpw;
		     vpw = vauth_getall(entry->realdomain, 0, 0))
			users++;
	CHECK("all accounts", users >= 2);
	CHECK("64 bits",
	    ntohll(htonll((storage_t)1 << 40)) == (storage_t)1 << 40);
	CHECK(
	    "no daemon", client_query_quick("joe@x.org", &size, &count) == 0 &&
			     size == (storage_t)-1);
	pthread_create(&one, NULL, owner, NULL);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, asker, names[i]);
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		CHECK("C17", result == names[i]);
	}
	pthread_join(one, NULL);
	vclose();
	return failed;
}
