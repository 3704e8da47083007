import {expect, test} from "vitest";
import {markup} from "../../../src/components/kit/text/markup.js";
import {drawChart} from "../../../src/components/plots/chart/chart-markup.js";

test("markup escapes what comes from outside, as text and as the value of an attribute", () => {
  const evil = '"><script>alert(1)</script>&';
  expect(markup`<p title=${evil}>${evil}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;</p>',
  );
});

test("markup joins lists, keeps other markup and leaves out what is nothing", () => {
  const items = [1, 2].map((i) => markup`<li value=${i}>${i}</li>`);
  expect(markup`<ul class=${null} id=${"a"}>${items}${false}${undefined}</ul>`.text).toBe(
    '<ul id="a"><li value="1">1</li><li value="2">2</li></ul>',
  );
});

test("a chart is drawn where there is no document, its names escaped", () => {
  const point = {key: "<a>", label: 'x<img src="y">', x: 4, y: 18};
  const {drawing, marks} = drawChart(
    {
      question: "Which?",
      finding: "This.",
      x: {label: "size", unit: "bits"},
      y: {label: "error"},
      series: [{name: "MX", family: "mx", provenance: "measured", points: [point]}],
      labelled: new Set(["<a>"]),
    },
    640,
    400,
  );
  expect(marks).toHaveLength(1);
  expect(drawing.text).toContain('data-key="&lt;a&gt;"');
  expect(drawing.text).toContain("x&lt;img src=&quot;y&quot;&gt;");
  expect(drawing.text).not.toMatch(/<img|=null|undefined|NaN/);
});
