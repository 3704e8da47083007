import type {PageGroup} from "../site-page.js";

/** Pages on objects in space. */
export const SCENE_PAGES: PageGroup = {
  name: "Objects",
  pages: [
    {
      name: "Words instead of triangles",
      path: "/scenes/words-instead-of-triangles",
      about:
        "Objects in space as meshes and as texts: what Draco, meshoptimizer and words of a grammar keep.",
    },
  ],
};
