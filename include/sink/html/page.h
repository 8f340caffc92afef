/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of -F html, which the build makes of src/sink/html/page.html with its style and scripts:
 * what comes before the data, and what comes behind.
 */
#ifndef PXT_SINK_HTML_PAGE_H
#define PXT_SINK_HTML_PAGE_H

extern const char html_page_before[];
extern const char html_page_behind[];

#endif
