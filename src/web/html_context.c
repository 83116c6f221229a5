// SPDX-License-Identifier: MIT
#include "web/html_context.h"

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

static struct text name_at(struct text literal, size_t start)
{
    size_t end = start;
    while (end < literal.len && is_name(literal.at[end]))
        end++;
    return text_until(text_from(literal, start), end - start);
}

// literal.at[*i] is '<'.
static const char *open_tag(struct html_context *context, struct text literal, size_t *i)
{
    if (text_starts(text_from(literal, *i), TEXT("<!--")))
        return "HTML comments are shown to every reader; write {{! words}}";
    size_t start = *i + 1;
    if (start < literal.len && (literal.at[start] == '/' || literal.at[start] == '!'))
        start++;
    struct text name = name_at(literal, start);
    if (!name.len)
        return "a '<' that begins no tag; write &lt;";
    if (text_equal_nocase(name, TEXT("script")) || text_equal_nocase(name, TEXT("style")))
        return "script and style elements are not allowed on pages";
    *context = (struct html_context){.place = HTML_TAG, .tag = name};
    *i = start + name.len - 1;
    return NULL;
}

// literal.at[*i] begins an attribute's name.
static const char *open_attribute(struct html_context *context, struct text literal, size_t *i)
{
    struct text name = name_at(literal, *i);
    size_t end = *i + name.len;
    *i = end - 1;
    if (end >= literal.len || literal.at[end] != '=')
        return NULL; // without a value, as "open"
    if (text_equal_nocase(text_until(name, 2), TEXT("on")) ||
        text_equal_nocase(name, TEXT("style")))
        return "event handlers and style attributes are not allowed on pages";
    if (end + 1 >= literal.len || literal.at[end + 1] != '"')
        return "an attribute's value has to stand in double quotes";
    context->place = HTML_VALUE;
    context->attribute = name;
    context->has_value = false;
    *i = end + 1;
    return NULL;
}

static const char *step_in_tag(struct html_context *context, struct text literal, size_t *i)
{
    char c = literal.at[*i];
    if (c == '>')
        context->place = HTML_TEXT;
    else if (is_name(c))
        return open_attribute(context, literal, i);
    else if (c == '"' || c == '\'' || c == '=' || c == '<')
        return "a quote, '=' or '<' inside a tag that belongs to no attribute";
    return NULL;
}

const char *html_walk(struct html_context *context, struct text literal, size_t *at)
{
    const char *wrong = NULL;
    for (size_t i = 0; i < literal.len && !wrong; i++) {
        char c = literal.at[i];
        *at = i;
        if (context->place == HTML_TEXT) {
            if (c == '<')
                wrong = open_tag(context, literal, &i);
        } else if (context->place == HTML_TAG) {
            wrong = step_in_tag(context, literal, &i);
        } else if (c == '"') {
            context->place = HTML_TAG;
        } else {
            context->has_value = true;
        }
    }
    return wrong;
}

const char *html_refuse_field(const struct html_context *context)
{
    if (context->place == HTML_TAG)
        return "a field cannot stand inside a tag, only in text or in a value in double quotes";
    return NULL;
}

bool html_begins_link(const struct html_context *context)
{
    static const struct text names[] = {TEXT("href"), TEXT("src"), TEXT("action"),
                                        TEXT("formaction")};
    if (context->place != HTML_VALUE || context->has_value)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal_nocase(context->attribute, names[i]))
            return true;
    return false;
}
