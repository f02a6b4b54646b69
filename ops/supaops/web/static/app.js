// Everything works without this: it only makes the pages livelier and quicker to use.
export {};
