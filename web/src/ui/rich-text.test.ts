// @vitest-environment jsdom
import { expect, test } from "vitest";
import { htmlOf, paragraphs, safe, textOf } from "./rich-text.ts";

function shown(html: string): string {
  const holder = document.createElement("div");
  holder.append(safe(html));
  return holder.innerHTML;
}

test("known elements stay, without attributes", () => {
  expect(shown('<p class="a" onclick="x()" style="color:red">Hi <b id="b">you</b></p>')).toBe("<p>Hi <b>you</b></p>");
});

test("the words of unknown elements stay, those of scripts and styles do not", () => {
  expect(shown("<section><p>Hi</p></section><font>you</font>")).toBe("<p>Hi</p>you");
  expect(shown("<p>a<script>b</script><style>c</style><template>d</template>e</p>")).toBe("<p>ae</p>");
  expect(shown('<img src="x" onerror="y()"><svg><script>z()</script></svg><!-- c -->')).not.toMatch(
    /img|svg|script|c --/,
  );
});

test("links lead to the web, a mailbox or a page of ours, never to a script", () => {
  const link = (href: string) => shown(`<a href="${href}" target="_blank">x</a>`);
  const rel = 'rel="noopener noreferrer"';
  expect(link("https://example.org/a")).toBe(`<a href="https://example.org/a" ${rel}>x</a>`);
  expect(link("mailto:a@example.org")).toBe(`<a href="mailto:a@example.org" ${rel}>x</a>`);
  expect(link("/events")).toBe(`<a href="${location.origin}/events" ${rel}>x</a>`);
  const refused = ["javascript:x()", " javascript:x()", "java&#9;script:x()", "data:text/html,x", "//example.org"];
  for (const href of refused) expect(link(href)).toBe("<a>x</a>");
});

test("typed text becomes paragraphs, lines and links, never markup", () => {
  expect(htmlOf("  One <b>\ntwo & three\n\n \n\nFour  ")).toBe("<p>One &lt;b&gt;<br>two &amp; three</p><p>Four</p>");
  expect(paragraphs(" \n ")).toEqual([]);
});

test("an address in a sentence is a link without the sentence's punctuation", () => {
  const link = '<a href="https://example.org/a?b=1">https://example.org/a?b=1</a>';
  expect(htmlOf("See https://example.org/a?b=1, please.")).toBe(`<p>See ${link}, please.</p>`);
  expect(htmlOf("(https://example.org/a?b=1)")).toBe(`<p>(${link})</p>`);
});

test("the words of HTML are what was typed", () => {
  for (const typed of ["One\ntwo\n\nthree & <four>", "https://example.org/a"])
    expect(textOf(htmlOf(typed))).toBe(typed);
  expect(textOf("<ul><li>a</li><li>b</li></ul>")).toBe("a\n\nb");
});
