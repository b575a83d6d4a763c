-- For a statement that is sent together with its COMMIT: it checks by itself that it did what it was to do. Any other
-- answer than true is an error, which ends the transaction before COMMIT comes.
CREATE FUNCTION "must_hold"(condition boolean, message text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF condition IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'assert_failure', MESSAGE = message;
    END IF;
    RETURN true;
END $$;
