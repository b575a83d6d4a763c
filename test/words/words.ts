/** A banned term, what is written instead, and where it is looked for. */
export type Word = {
  banned: RegExp
  instead: string
  /** "names": identifiers and the names of files; "text": every line. */
  in: "names" | "text"
  /** Uses that stay, taken out of a line before it is searched. */
  except?: RegExp
}

const NAMES: [banned: string, instead: string][] = [
  // Parts of an identifier or of a file name, in any case.
  ["rig|bay|campaigns?", "environment, experiment"],
  ["injur(y|ies|e|ed)", "injection, inject"],
  ["scandals?", "forbidden response"],
  ["accuse", "reportViolation"],
  ["books", "ledger, or database state"],
  ["crowd", "VU count"],
  ["doubts?", "validity checks"],
  ["obstacles?", "incompatibilities"],
  ["lifeline", "parent-death watch"],
  ["surroundings", "environment, target"],
  ["heal|healed", "recover, rebuild, restore"],
  ["doors?", "listen sockets"],
  ["pulse", "database heartbeat"],
  ["silence", "fail-fast guard"],
  ["workshop", "stack folder"],
  ["dress", "apply spec"],
  ["stand-?in", "test server"],
  ["told|heard", "sent, received, reported"],
]

/** Common English words, banned only as exactly these names. */
const EXACT: [banned: string, instead: string][] = [
  ["joinShop|ownShop", "shared, exclusive shop lock"],
  ["createFrozen", "consistent snapshot"],
  ["Filling|Filled", "SeedRequest, SeedResult"],
  ["asking(?=\\()", "withRedisErrors"],
  ["placeAlone|place-alone", "single-order transaction"],
  ["modelSteps|model-steps", "Prisma writes"],
  ["Face", "panel spec"],
  ["LostRace|UnitFailed|VisitAbandoned", "a name that ends in Error"],
  ["tied|tieToSupervisor", "endedWithParent"],
  ["createSite|openBench|startRig|runTrial|runCampaign", "environment, experiment"],
  ["checkOnce|createOnce|runOnceByKey", "idempotent"],
  [
    "orders/line\\.ts|infra/line\\.ts|idempotency/once\\.ts|orders/watch\\.ts",
    "order queue, limiter, idempotent",
  ],
]

const RATES =
  "requests|orders|claims|charges|arrivals|iterations|lines|visits|samples|points|users|events|one|once"

const TEXT: Omit<Word, "in">[] = [
  { banned: new RegExp(`(\\b(${RATES})|\\d) a second\\b`, "i"), instead: "per second" },
  { banned: /\b(falls?|fell|fallen) silent\b/i, instead: "does not answer" },
  { banned: /\b(injur(y|ies)|scandals?|surroundings)\b/i, instead: "see the names" },
  { banned: /\bthe books\b/i, instead: "the ledger, or the database" },
  { banned: /\bcrowd\b/i, instead: "many users" },
  {
    banned: /\b(comes? and goes?|phones? home)\b/i,
    instead: "a plain word for what happens",
  },
  { banned: /\b(hears|guilty|victims?)\b/i, instead: "gets a response; failing; a role name" },
  { banned: /\bmany doors\b|many-doors/i, instead: "listen sockets, SO_REUSEPORT" },
  { banned: /\bplanted (bug|fault)s?\b/i, instead: "mutation" },
  {
    banned:
      /\b(colour\w*|behaviour\w*|honours?|favour\w*|neighbours?|judgement|artefacts?|centre|analyse[ds]?|cancelling|labelled|normalis\w+|initialis\w+|summaris\w+|serialis\w+|optimis(e|ed|ing|ation)\b|organis\w+|recognis\w+|licences?)\b/i,
    instead: "the American spelling",
    except: /refusal-fails-neighbours/g,
  },
  // The contract's statuses and events are spelled so, and there is one spelling.
  { banned: /\b(canceled|uncanceled)\b/i, instead: "cancelled" },
]

export const WORDS: readonly Word[] = [
  ...NAMES.map(([banned, instead]) => ({
    banned: new RegExp(`^(${banned})$`, "i"),
    instead,
    in: "names" as const,
  })),
  ...EXACT.map(([banned, instead]) => ({
    banned: new RegExp(`\\b(${banned})\\b`),
    instead,
    in: "text" as const,
  })),
  ...TEXT.map((word) => ({ ...word, in: "text" as const })),
]

/** What is not prose or code of this project. */
export const SKIPPED =
  /^(package-lock\.json|LICENSE|docs\/results\/|test\/words\/|prisma\/migrations\/)|\.(sum|mod|png|svg|toml)$|\/fixtures\/.*\.json$/
