-- The one spelling of a name, as apps/api/src/users/name.ts has it: NFC, without Unicode's Default_Ignorable_Code_Point,
-- without space at the ends.
CREATE FUNCTION pg_temp.canonical_name(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(
    normalize(
      regexp_replace(
        normalize(name, NFC),
        '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]',
        '', 'g'),
      NFC),
    '^[\s\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+|[\s\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+$', '', 'g')
$$;

-- Whose money is whose is not for a migration to decide.
DO $$
DECLARE
  doubles text;
BEGIN
  SELECT string_agg(format('%s (users %s)', to_json(canonical), ids), '; ') INTO doubles FROM (
    SELECT pg_temp.canonical_name(name) AS canonical, string_agg(id::text, ', ' ORDER BY id) AS ids
    FROM users GROUP BY 1 HAVING count(*) > 1 OR pg_temp.canonical_name(min(name)) = '' ORDER BY 1 LIMIT 100
  ) AS d;
  IF doubles IS NOT NULL THEN
    RAISE EXCEPTION 'Users with one name, or with none that can be seen: %. Rename or merge them, then migrate again.', doubles;
  END IF;
END $$;

UPDATE users SET name = pg_temp.canonical_name(name) WHERE name <> pg_temp.canonical_name(name);
