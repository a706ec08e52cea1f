/*
 * What a server sends on descriptor 3 of the checkpassword interface:
 * "login NUL secret NUL challenge NUL" (facts: runtime 2.1).
 */
#ifndef CORE_PACKET_H
#define CORE_PACKET_H

#include <stddef.h>

#define VP_PACKET_MAX 4096 /* longest packet accepted, bytes */

struct vp_packet {
	char data[VP_PACKET_MAX + 2];
	size_t size;
	const char *name, *secret, *challenge; /* into data, never NULL */
};

/* Read fd to its end.  0, or -1 and errno: EMSGSIZE for a longer packet. */
int vp_packet_read(int fd, struct vp_packet *ret);
/* Find the fields in data[0..size); what is missing is "".  Bytes after the
 * third NUL are not looked at. */
void vp_packet_split(struct vp_packet *packet);

#endif
