/*
 * The cookie that a browser's session has: 256 random bits in hexadecimal.
 *
 * Its name begins with __Host-, so a browser takes it over TLS (or from
 * localhost) only, for this host and all paths, and no other host or page can
 * plant another.  Without TLS it is called sid, where the settings allow that.
 */
#ifndef PANEL_AUTH_COOKIE_H
#define PANEL_AUTH_COOKIE_H

#define VHD_COOKIE_SECURE "__Host-sid"
#define VHD_COOKIE_PLAIN  "sid"
#define VHD_COOKIE_BYTES  32
#define VHD_COOKIE_SIZE   (2 * VHD_COOKIE_BYTES + 1)

/* The bytes that a header Cookie has under the name.  0, or -1 when there are
 * none, when it occurs twice, or when it is not as we make it. */
int vhd_cookie_find(const char *header, const char *name,
    unsigned char ret_bytes[VHD_COOKIE_BYTES]);

#endif
