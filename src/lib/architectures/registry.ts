import {attamba} from "./families/attamba.js";
import {blockFfn} from "./families/blockffn.js";
import {cohere, cohere2} from "./families/cohere.js";
import {deepseek} from "./families/deepseek.js";
import {dream} from "./families/dream.js";
import {falcon} from "./families/falcon.js";
import {gemma, gemma2, gemma3} from "./families/gemma.js";
import {glm} from "./families/glm.js";
import {gptNeox} from "./families/gpt-neox.js";
import {gptOss} from "./families/gpt-oss.js";
import {gpt2} from "./families/gpt2.js";
import {granite, graniteHybrid, graniteMoe} from "./families/granite.js";
import {hgrnBit} from "./families/hgrn-bit.js";
import {internlm2} from "./families/internlm2.js";
import {jamba} from "./families/jamba.js";
import {lfm2} from "./families/lfm2.js";
import {llada} from "./families/llada.js";
import {llama} from "./families/llama.js";
import {mamba, mamba2, mambaLm} from "./families/mamba.js";
import {minicpm3} from "./families/minicpm3.js";
import {minimax, minimaxM2} from "./families/minimax.js";
import {mistral, mixtral} from "./families/mistral.js";
import {moePlusPlus} from "./families/moe-plus-plus.js";
import {olmo, olmo2, olmo3} from "./families/olmo.js";
import {opt} from "./families/opt.js";
import {phi3} from "./families/phi.js";
import {qwen2, qwen2Moe, qwen3, qwen3Moe} from "./families/qwen.js";
import {qwen3Next} from "./families/qwen3-next.js";
import {recurrentGemma} from "./families/recurrent-gemma.js";
import {rwkv} from "./families/rwkv.js";
import {smallThinker} from "./families/smallthinker.js";
import {smollm3} from "./families/smollm3.js";
import {stablelm} from "./families/stablelm.js";
import {starcoder2} from "./families/starcoder2.js";
import {vit} from "./families/vit.js";
import {vmamba} from "./families/vmamba.js";
import type {Family} from "./family.js";

/** Every family whose config.json is read: what is not here is refused. */
export const FAMILIES: readonly Family[] = [
  llama,
  mistral,
  mixtral,
  moePlusPlus,
  blockFfn,
  qwen2,
  qwen2Moe,
  qwen3,
  qwen3Moe,
  qwen3Next,
  gemma,
  gemma2,
  gemma3,
  recurrentGemma,
  phi3,
  cohere,
  cohere2,
  granite,
  graniteMoe,
  graniteHybrid,
  olmo,
  olmo2,
  olmo3,
  smollm3,
  smallThinker,
  gpt2,
  gptNeox,
  opt,
  falcon,
  deepseek,
  minicpm3,
  minimax,
  minimaxM2,
  lfm2,
  jamba,
  mamba,
  mamba2,
  mambaLm,
  attamba,
  hgrnBit,
  rwkv,
  gptOss,
  glm,
  stablelm,
  starcoder2,
  internlm2,
  llada,
  dream,
  vit,
  vmamba,
];

/** Every `model_type` that is read. */
export const MODEL_TYPES: readonly string[] = FAMILIES.flatMap(({types}) => types);

/** Every name in `architectures` that is read. */
export const ARCHITECTURES: readonly string[] = FAMILIES.flatMap(({architectures}) => architectures);

export const familyOfType = (type: unknown): Family | undefined =>
  FAMILIES.find(({types}) => types.some((each) => each === type));

export const familyOfArchitecture = (name: unknown): Family | undefined =>
  FAMILIES.find(({architectures}) => architectures.some((each) => each === name));
