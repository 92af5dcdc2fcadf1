// One dashboard as a picture: each panel of the committed JSON, drawn by Grafana's own components from
// answers that a real Prometheus gave.  Layout, drop-downs and navigation are Grafana's and not shown.
import React from "react";
import { createRoot } from "react-dom/client";
import {
  applyFieldOverrides, createTheme, dateTime, FieldType, getFieldDisplayValues, identityOverrideProcessor,
  numberOverrideProcessor, displayNameOverrideProcessor, standardFieldConfigEditorRegistry,
  standardTransformersRegistry, toDataFrame, unitOverrideProcessor, valueMappingsOverrideProcessor,
} from "@grafana/data";
import {
  BigValue, BigValueColorMode, BigValueGraphMode, BigValueJustifyMode, BigValueTextMode, GlobalStyles,
  LegendDisplayMode, PanelChrome, ThemeContext, TimeSeries,
} from "@grafana/ui";

type Answer = { legend: string; series: { metric: Record<string, string>; values: [number, string][] }[] };
declare const BOARD: any;
declare const ANSWERS: Record<string, Answer[]>;

const WIDTH = 1200, CELL = WIDTH / 24, LINE = 38, GAP = 8;
const theme = createTheme({ colors: { mode: "light" } });

const processors: Record<string, any> = {
  displayName: displayNameOverrideProcessor, unit: unitOverrideProcessor, min: numberOverrideProcessor,
  max: numberOverrideProcessor, decimals: numberOverrideProcessor, mappings: valueMappingsOverrideProcessor,
  thresholds: identityOverrideProcessor, noValue: identityOverrideProcessor,
  color: identityOverrideProcessor, links: identityOverrideProcessor,
};
standardFieldConfigEditorRegistry.setInit(() => Object.entries(processors).map(([id, process]) => ({
  id, path: id, name: id, process, settings: {}, editor: () => null, override: () => null,
  shouldApply: () => true,
} as any)));
standardTransformersRegistry.setInit(() => []);

const named = (legend: string, metric: Record<string, string>) =>
  legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? "");

function framesOf(panel: any) {
  const frames = (ANSWERS[panel.title] ?? []).flatMap(({ legend, series }) => series.map((one) => {
    const name = named(legend, one.metric);
    return toDataFrame({ name, fields: [
      { name: "Time", type: FieldType.time, values: one.values.map(([at]) => at * 1000) },
      { name: "Value", type: FieldType.number, labels: one.metric,
        values: one.values.map(([, value]) => Number(value)), config: { displayNameFromDS: name } },
    ] });
  }));
  const fieldConfig = structuredClone(panel.fieldConfig);
  fieldConfig.defaults.color ??= { mode: "fixed" };
  return applyFieldOverrides({ data: frames, fieldConfig, replaceVariables: (text: string) => text, theme,
    timeZone: "utc", fieldConfigRegistry: standardFieldConfigEditorRegistry as any });
}

function Numbers({ panel, data, width, height }: any) {
  const shown = getFieldDisplayValues({ fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions,
    replaceVariables: (text: string) => text, theme, data });
  const each = width / Math.max(shown.length, 1);
  return <div style={{ display: "flex" }}>{shown.map((one: any, place: number) =>
    <BigValue key={place} value={one.display} width={each} height={height} theme={theme} count={shown.length}
      colorMode={BigValueColorMode.None} graphMode={BigValueGraphMode.None}
      justifyMode={BigValueJustifyMode.Auto} textMode={panel.options.textMode ?? BigValueTextMode.Auto} />)}</div>;
}

function Lines({ data, width, height }: any) {
  const times = data.flatMap((frame: any) => [frame.fields[0].values[0], frame.fields[0].values.at(-1)]);
  const range: any = { from: dateTime(Math.min(...times)), to: dateTime(Math.max(...times)) };
  range.raw = { from: range.from, to: range.to };
  return <TimeSeries frames={data} timeRange={range} timeZone="utc" width={width} height={height} structureRev={1}
    legend={{ displayMode: LegendDisplayMode.List, placement: "bottom", calcs: [], showLegend: true } as any} />;
}

function Panel({ panel }: any) {
  const { x, y, w, h } = panel.gridPos;
  const place = { position: "absolute" as const, left: x * CELL, top: y * LINE };
  if (panel.type === "row") return <h3 style={{ ...place, margin: "8px 0 0 4px" }}>{panel.title}</h3>;
  const width = w * CELL - GAP, height = h * LINE - GAP, data = framesOf(panel);
  const Inside = panel.type === "stat" ? Numbers : Lines;
  return <div style={place}><PanelChrome title={panel.title} description={panel.description} width={width} height={height}>
    {(inner: number, high: number) => data.length
      ? <Inside panel={panel} data={data} width={inner} height={high} />
      : <p>{panel.fieldConfig.defaults.noValue}</p>}
  </PanelChrome></div>;
}

createRoot(document.getElementById("board")!).render(
  <ThemeContext.Provider value={theme}><GlobalStyles />
    <div style={{ position: "relative", width: WIDTH, fontFamily: "sans-serif" }}>
      {BOARD.panels.map((panel: any) => <Panel key={`${panel.type} ${panel.title}`} panel={panel} />)}
    </div>
  </ThemeContext.Provider>);
