"""What each dialect adds to Markdown: small pages as communities write them, and what readers see of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from index.render import Dialect, detect, render_markdown
from tests.index.render.shown import check, containers, kinds, marks, shown

MKDOCS = """\
# Backups {: #backups .big }

!!! warning "Do *not* skip this"
    Stop the server first.

    1. Run the job:

        ```sh
        backup   now
        ```

        !!! tip
            It takes an hour.

    2. Check the log.

??? question "What if it fails?"
    Ask an admin.

=== "7.x"

    Set `level` to 3.

=== "6.x"
    Not supported.

--8<-- "includes/footer.md"

Read the HTML page[^1]{ .link target=_blank } :material-check: today.
{: .note }

--8<--
one.md
two.md
--8<--

*[HTML]: Hyper Text Markup Language

[TOC]

{!legal.md!}

<div class="grid" markdown>
**Fast** and small.
</div>
"""


def test_mkdocs() -> None:
    rendered = render_markdown(MKDOCS)
    assert rendered.dialect is Dialect.MKDOCS
    assert kinds(MKDOCS) == [
        ("heading", "Backups"),
        ("title", "Do not skip this"),
        ("paragraph", "Stop the server first."),
        ("item", "Run the job:"),
        ("code", "backup   now"),
        ("paragraph", "It takes an hour."),
        ("item", "Check the log."),
        ("title", "What if it fails?"),
        ("paragraph", "Ask an admin."),
        ("title", "7.x"),
        ("paragraph", "Set level to 3."),
        ("title", "6.x"),
        ("paragraph", "Not supported."),
        ("paragraph", "Read the HTML page[^1] today."),
        ("paragraph", "Fast and small."),
    ]
    assert containers(rendered, 2) == ["admonition:warning"]
    assert containers(rendered, 5) == ["admonition:tip", "item", "list", "admonition:warning"]
    assert containers(rendered, 8) == ["details:question"]
    assert containers(rendered, 10) == ["tab"]
    assert rendered.containers[0].title == 1
    assert [rendered.blocks[each].number for each in (3, 6)] == [1, 2]
    assert rendered.left_out == {
        "attributes": 3, "snippet": 3, "abbreviation": 1, "table of contents": 1, "image": 1
    }  # fmt: skip
    check(MKDOCS, rendered)


def test_what_only_looks_like_an_admonition_or_a_tab() -> None:
    for text in ("!!! Attention", "??? what", "=== no quotes", "!!!!!! wow", "=="):
        assert shown(text, Dialect.MARKDOWN) == [text]
    assert shown("!!! note\n\ntext", Dialect.MKDOCS) == ["text"]
    assert shown('??? "Raw *instructions*"\n    Stop it.') == ["Raw instructions", "Stop it."]
    assert shown("??? \n    wrapped", Dialect.MARKDOWN) == ["??? wrapped"]
    assert shown("!!! note\n\n\n    far below", Dialect.MARKDOWN) == ["far below"]
    assert kinds("```\n!!! note\n    text\n```") == [("code", "!!! note\n    text")]


def test_tabs_as_indentation_and_a_second_tab_in_a_list_item() -> None:
    assert kinds("!!! note\n\tIndented by a tab.\n\n\t\tcode\n") == [
        ("paragraph", "Indented by a tab."),
        ("code", "code"),
    ]
    source = (
        '1. Log in:\n\n    === "Windows"\n\n        Use PuTTY.\n\n'
        '    === "Linux"\n\n        Use ssh.\n\n2. Done.\n'
    )
    assert shown(source) == ["Log in:", "Windows", "Use PuTTY.", "Linux", "Use ssh.", "Done."]
    assert containers(render_markdown(source), 4) == ["tab", "item", "list"]


MDX = """\
---
title: Install
---
import Tabs from '@theme/Tabs';
import {
  TabItem,
} from "@theme/TabItem";

export const version = () => {
  return "5";
};

{/* A comment,

over paragraphs */}

:::tip[Before *you* start]
Take the version {version()} of {'May'}.
:::

<Tabs groupId="os" values={[{label: 'x', value: "y"}]}>
  <TabItem value="win" label="Windows">
    Open a **terminal**:
    - first
      - nested

    ```ps1
    if ($x) {
      run
    }
    ```
  </TabItem>
  <TabItem value="mac">

Use <kbd>Cmd</kbd>.<br/>Then wait.

  </TabItem>
</Tabs>

## Removing {#remove}

<Card title="Uninstall" icon={<Icon name="bin"/>}>
  Delete it. Is 3 < 4? <>Yes.</>
</Card>
<Highlight color="red">Not</Highlight> undone.

| Key | Value |
|---|---|
| a | <Badge text="new" /> 1<br />2 |

<details>
<summary>Why **not**?</summary>
Because.
</details>

<img
  src={require('./x.png')}
  alt="none"
/>

Done.
"""


def test_mdx() -> None:
    rendered = render_markdown(MDX)
    assert rendered.dialect is Dialect.MDX
    assert kinds(MDX) == [
        ("title", "Before you start"),
        ("paragraph", "Take the version of May."),
        ("title", "Windows"),
        ("paragraph", "Open a terminal:"),
        ("item", "first"),
        ("item", "nested"),
        ("code", "if ($x) {\n  run\n}"),
        ("title", "mac"),
        ("paragraph", "Use Cmd.\nThen wait."),
        ("heading", "Removing"),
        ("title", "Uninstall"),
        ("paragraph", "Delete it. Is 3 < 4? Yes."),
        ("paragraph", "Not undone."),
        ("row", "a · Value: 1; 2"),
        ("title", "Why not?"),
        ("paragraph", "Because."),
        ("paragraph", "Done."),
    ]
    assert containers(rendered, 1) == ["admonition:tip"]
    assert containers(rendered, 5) == ["item", "list", "item", "list", "tab"]
    assert containers(rendered, 8) == ["tab"]
    assert containers(rendered, 15) == ["details"]
    assert rendered.left_out["import"] == 3
    assert rendered.left_out["comment"] == 1
    check(MDX, rendered)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<Note>Mind the gap.</Note>", ["Mind the gap."]),
        ("a <Broken b=> d", ["a <Broken b=> d"]),
        ("a {unclosed b", ["a {unclosed b"]),
        ("<Foo {...props} b={1} c/> x", ["x"]),
        ("a {/* not yet */} b", ["a b"]),
        ("`<Foo>` and `{x}`", ["<Foo> and {x}"]),
        ("<a href='/x'>word</a>", ["word"]),
        ("export default function Page() {}\n\nText", ["Text"]),
        ("important and exported words", ["important and exported words"]),
        ("    Not code in MDX.", ["Not code in MDX."]),
        ("1. a\n\n       deep\n2. b", ["a", "deep", "b"]),
    ],
)
def test_mdx_in_small(source: str, expected: list[str]) -> None:
    assert shown(source, Dialect.MDX) == expected
    check(source, render_markdown(source, dialect=Dialect.MDX))


COLONS = """\
::: warning Mind the *gap*
One.
::::: details Click me {open}
Two.
:::::
:::

:::{note} MyST's
:class: dropdown
Three.
:::

::: {.callout-tip collapse="true" title="Quarto's"}
Four.
:::

:::danger

Five.

:::

- item

  :::note
  Six.
  :::

- next

::: package.module.Class

:::image type="content" source="x.png":::

:::never closed
"""


def test_containers_of_colons() -> None:
    rendered = render_markdown(COLONS, dialect=Dialect.MARKDOWN)
    assert kinds(COLONS, Dialect.MARKDOWN) == [
        ("title", "Mind the gap"),
        ("paragraph", "One."),
        ("title", "Click me"),
        ("paragraph", "Two."),
        ("title", "MyST's"),
        ("paragraph", "Three."),
        ("title", "Quarto's"),
        ("paragraph", "Four."),
        ("paragraph", "Five."),
        ("item", "item"),
        ("paragraph", "Six."),
        ("item", "next"),
    ]
    assert containers(rendered, 3) == ["details:details", "admonition:warning"]
    assert containers(rendered, 8) == ["admonition:danger"]
    assert containers(rendered, 10) == ["admonition:note", "item", "list"]
    assert rendered.left_out == {"directive": 3}
    check(COLONS, rendered)


def test_words_that_are_not_translated() -> None:
    assert shown('Press :::no-loc text="Win + X"::: now.') == ["Press Win + X now."]


HUGO = """\
+++
title = 'Rules'
+++

{{< toc >}}

{{% alert color="warning" title="Attention" %}}
No **caps**.
{{% /alert %}}

{{< highlight python "linenos=table" >}}
print("```")
{{ x }}
{{< /highlight >}}

See [the list]({{< ref "list page.md" >}}) or {{< icon name="x" >}} the map.

{{< figure
  src="x.png"
  caption="Map" >}}

{{< tabs >}}
{{< tab "Linux" >}}
Use apt.
{{< /tab >}}
{{< /tabs >}}

Use `{{< note >}}` like this:

```
{{% note %}}
```

| a | b |
|---|---|
{{< row >}}
| c | d |
"""


def test_hugo() -> None:
    rendered = render_markdown(HUGO)
    assert rendered.dialect is Dialect.TEMPLATE
    assert kinds(HUGO) == [
        ("title", "Attention"),
        ("paragraph", "No caps."),
        ("code", 'print("```")\n{{ x }}'),
        ("paragraph", "See the list or the map."),
        ("title", "Linux"),
        ("paragraph", "Use apt."),
        ("paragraph", "Use {{< note >}} like this:"),
        ("code", "{{% note %}}"),
        ("row", "c · b: d"),
    ]
    assert rendered.blocks[2].language == "python"
    assert not [mark for mark in rendered.marks if mark.kind == "link"]  # its address is made with the site
    check(HUGO, rendered)


JEKYLL = """\
---
layout: page
---

* TOC
{:toc}

{% include header.html %}
{% comment %}
Not yet.

{% endcomment %}

Version {{ site.version }} is out{% if new %} **now**{% endif %}.
{: .lead }

{% highlight ruby %}
puts "hi"

{% raw %}x{% endraw %}
{% endhighlight %}

{::comment}
hidden
{:/comment}

{% hint style="info" %}
Shown.
{% endhint %}

{% tab title="Windows" %}
{% highlight %}
"""


def test_jekyll() -> None:
    rendered = render_markdown(JEKYLL)
    assert rendered.dialect is Dialect.TEMPLATE
    assert kinds(JEKYLL) == [
        ("paragraph", "Version is out now."),
        ("code", 'puts "hi"\n\n{% raw %}x{% endraw %}'),
        ("paragraph", "Shown."),
        ("title", "Windows"),
    ]
    assert rendered.left_out["comment"] == 2
    check(JEKYLL, rendered)


def test_braces_that_are_text() -> None:
    assert shown("In Vue write {{ name }}.", Dialect.MARKDOWN) == ["In Vue write {{ name }}."]
    assert shown("Set ${name} or {a, b} or {x=1}.", Dialect.MARKDOWN) == ["Set ${name} or {a, b} or ."]
    assert shown("Set ${x=1}.", Dialect.MARKDOWN) == ["Set ${x=1}."]
    assert shown("50% {%", Dialect.TEMPLATE) == ["50% {%"]
    assert shown("{{< open", Dialect.TEMPLATE) == ["{{< open"]


OBSIDIAN = """\
> [!warning]- Folded *title*
> First line.
>
> > [!todo]
> > Inner.

> [!note]
> Bare.

See [[Discounts|our offers]], [[Rules#Pets]], [[#Boats]] and ==never== ask. ^a1b2c3

![[map.png|300]] %%secret%%

%%
A comment

of two paragraphs
%%

| Where | Link |
|---|---|
| north | [[Map\\|the map]] |

> plain
> [!note] not first
"""


def test_obsidian() -> None:
    rendered = render_markdown(OBSIDIAN)
    assert rendered.dialect is Dialect.OBSIDIAN
    assert kinds(OBSIDIAN) == [
        ("title", "Folded title"),
        ("paragraph", "First line."),
        ("paragraph", "Inner."),
        ("paragraph", "Bare."),
        ("paragraph", "See our offers, Rules > Pets, Boats and never ask."),
        ("row", "north · Link: the map"),
        ("paragraph", "plain [!note] not first"),
    ]
    assert containers(rendered, 2) == ["admonition:todo", "admonition:warning"]
    assert containers(rendered, 3) == ["admonition:note"]
    assert ("link", "our offers") in marks(OBSIDIAN)
    assert {mark.address for mark in rendered.marks if mark.address} == {
        "Discounts", "Rules#Pets", "#Boats", "Map"
    }  # fmt: skip
    assert rendered.left_out == {"target": 1, "image": 1, "comment": 2}
    check(OBSIDIAN, rendered)


@pytest.mark.parametrize(
    "text",
    [
        "An array[[0]] of bash [[ -f x ]] and [[1]].",
        "If x==y and z==w then == stays.",
        "Use 100%% of it %% or so.",
        "2 ^10 and x^abc",
        "==open and [[open",
    ],
)
def test_signs_that_are_text(text: str) -> None:
    assert shown(text) == [text]


def test_alerts_of_github() -> None:
    source = "> [!IMPORTANT]\n> Back up first.\n\n<div>\n> [!NOTE]\n</div>"
    rendered = render_markdown(source)
    assert rendered.text == "Back up first.\n\n> [!NOTE]"
    assert containers(rendered, 0) == ["admonition:important"]


MYST = """\
(install)=
# Installing {#id}

% a comment

```{note} Read *this*
:class: wide
It says {ref}`the rules <rules-label>`, {doc}`/start`, {kbd}`F3` and {{ '[the map]({})'.format(map) }}.

````{tip}
Inner.
````
```

```{code-block} python
x = 1
```

```{image} x.png
:alt: no
```

```{toctree}
one
```

:::{admonition} Colons
Fine.
:::

+++

Mail {{ team }} about `` {ref}`x` ``.
"""


def test_myst() -> None:
    source = MYST.replace("```{note}", "`````{note}").replace("````\n```\n", "````\n`````\n", 1)
    rendered = render_markdown(source)
    assert rendered.dialect is Dialect.MYST
    assert kinds(source) == [
        ("heading", "Installing"),
        ("title", "Read this"),
        ("paragraph", "It says the rules, /start, F3 and the map."),
        ("paragraph", "Inner."),
        ("code", "x = 1"),
        ("title", "Colons"),
        ("paragraph", "Fine."),
        ("paragraph", "Mail about {ref}`x`."),
    ]
    assert containers(rendered, 3) == ["admonition:tip", "admonition:note"]
    assert marks(source) >= {("code", "F3"), ("code", "{ref}`x`")}
    assert rendered.left_out["directive"] == 2
    check(source, rendered)


def test_other_programs() -> None:
    assert shown("{{#include x.rs}}\n\n<<< @/x.js\n\nText") == ["Text"]
    assert shown("As said^[in May] here.") == ["As said here."]
    assert shown("```{r setup}\nx <- 1\n```") == ["x <- 1"]
    assert shown("- a\n\n  ```\n  code\nbehind {{< x >}}", Dialect.TEMPLATE) == ["a", "code", "behind"]
    assert shown("> ```\n> code\nbehind") == ["code", "behind"]
    assert shown("::::note\nA\n:::\nB\n```\nC\n```\n::::") == ["A", "B", "C"]
    assert shown("!!! note\n" + "\n" * 60 + "    far", Dialect.MARKDOWN) == ["!!! note", "far"]
    assert shown("::: {.note}\nA\n:::") == ["A"]
    assert shown("```{toctree}\nnever closed") == []
    assert shown("```{note}\nnever closed") == ["never closed"]
    assert shown("--8<--\nfile", Dialect.MARKDOWN) == ["file"]
    assert shown("- read the toc\n- [TOC] here") == ["read the toc", "[TOC] here"]
    assert shown("import a map, then go", Dialect.MARKDOWN) == ["import a map, then go"]
    assert shown("import A from 'a';\n\nText", Dialect.MARKDOWN) == ["Text"]
    assert shown("{{< note >}} Mind it.", Dialect.TEMPLATE) == ["Mind it."]
    assert shown("::: tabs\n:::: tab One\nA\n::::\n:::") == ["One", "A"]
    assert shown("%% not closed\n\ntext") == ["%% not closed", "text"]
    assert shown("<script>\nvar x\n\n:::note\n</script> after") == ["after"]
    assert shown("<pre>\n!!! note\n    x\n\n:::\n</pre>\nafter") == ["!!! note\n    x\n\n:::", "after"]


def test_containers_are_not_nested_without_end() -> None:
    source = "".join(f"{'    ' * depth}!!! note\n" for depth in range(40)) + "    " * 40 + "text"
    rendered = render_markdown(source)
    assert len(rendered.containers) == 16
    assert "text" in rendered.text
    check(source, rendered)


@pytest.mark.parametrize(
    ("source", "context", "dialect"),
    [
        ("Text", {"name": "a.mdx"}, Dialect.MDX),
        ("Text", {"around": ["notes.txt", "mkdocs.yml", "_config.yml"]}, Dialect.MKDOCS),
        ("Text", {"around": ["docusaurus.config.js"]}, Dialect.MDX),
        ("Text", {"around": [".obsidian"]}, Dialect.OBSIDIAN),
        ("Text [[a|b]]", {}, Dialect.OBSIDIAN),
        ("import x from 'y'\n", {}, Dialect.MDX),
        ("<Tabs>\n</Tabs>", {}, Dialect.MDX),
        ("```js\nimport x from 'y'\n```\n> ~~~\n> {% if %}\n> ~~~\n", {}, Dialect.MARKDOWN),
        ("```{note}\n```", {}, Dialect.MYST),
        ("{{ 'a'.format(b) }}", {}, Dialect.MYST),
        ('=== "a"', {}, Dialect.MKDOCS),
        ("{{< x >}}", {}, Dialect.TEMPLATE),
        ("Text", {}, Dialect.MARKDOWN),
    ],
)
def test_the_dialect_of_a_file(source: str, context: Mapping[str, object], dialect: Dialect) -> None:
    name, around = str(context.get("name", "")), context.get("around", [])
    assert isinstance(around, list)
    assert detect(source, name=name, around=around) is dialect
